"""Form fields of the brakes, and the requests that approve or refuse a job."""
