"""The program of a process that prepares listings; its argument is the descriptor of its socket."""

import sys

from rongtong.engines.matching.workers import main

if __name__ == "__main__":
    main(int(sys.argv[1]))
