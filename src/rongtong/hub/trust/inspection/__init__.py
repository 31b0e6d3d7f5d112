"""What runs in the confined child process: looks at an uploaded file and writes the version that is kept."""
