"""What strangers and hurried hands may give the program, invented without end: see README.md beside this file."""
