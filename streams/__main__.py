"""`python -m streams` and the `hoso` command."""

from streams.cli import main

if __name__ == "__main__":
    main()
