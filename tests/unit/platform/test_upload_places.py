"""UPLOADS_URL is a folder or a bucket; what is neither is refused with a sentence that shows no secret."""

from pathlib import Path

import pytest

from app.platform.settings import SettingError, Settings


def settings(place: str, tmp_path: Path) -> Settings:
    return Settings.from_environment({"DATA_DIR": str(tmp_path), "UPLOADS_URL": place})


def test_folders(tmp_path):
    assert settings("", tmp_path).uploads_dir == tmp_path / "uploads"
    for place in (f"{tmp_path}/elsewhere", f"file://{tmp_path}/elsewhere"):
        found = settings(place, tmp_path)
        assert found.uploads_dir == tmp_path / "elsewhere" and found.uploads_bucket is None


def test_buckets(tmp_path):
    plain = settings("s3://my-bucket", tmp_path).uploads_bucket
    assert plain is not None and (plain.bucket, plain.prefix, plain.key) == ("my-bucket", "", None)
    assert settings("S3://my-bucket", tmp_path).uploads_bucket == plain, "schemes have no case"
    place = "s3://KEY:a%2Fb%2Bc@my-bucket/a/b/?endpoint=https://s3.example.com:9000&region=eu-1"
    found = settings(place, tmp_path).uploads_bucket
    assert found is not None and found.shown == "s3://my-bucket/a/b/"
    assert (found.key, found.secret, found.region) == ("KEY", "a/b+c", "eu-1")
    assert found.endpoint == "https://s3.example.com:9000" and "a/b+c" not in repr(found)


@pytest.mark.parametrize(
    "place",
    [
        *("s3://", "s3://UPPER/x", "s3://KEY:very-secret@/x", "s3://KEY:very/secret@bucket/x"),
        *("s3://KEY@bucket", "s3://:very-secret@bucket", "s3://bucket?endpoint=s3.example.com"),
        *("s3://bucket?very=odd", "https://KEY:very-secret@s3.example.com/bucket", "gs://bucket"),
    ],
)
def test_refused(place, tmp_path):
    with pytest.raises(SettingError, match=r"^UPLOADS_URL must ") as refusal:
        settings(place, tmp_path)
    assert "very-secret" not in str(refusal.value) and "very/secret" not in str(refusal.value)
