"""Run the command line: `python -m ieumgil.site`."""

from ieumgil.site.cli import main

if __name__ == "__main__":
    main()
