"""Settings, addresses, the embedded database and the processes of a running hub."""
