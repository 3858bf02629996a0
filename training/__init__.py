"""What people and training need, and the service does not: data, fitting, measuring, files, the command line."""
