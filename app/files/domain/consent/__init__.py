"""Who in a file may be contacted: words, columns, remarks, and the questions a person is asked."""
