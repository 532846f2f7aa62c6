#!/usr/bin/env python3
"""Gets a file out of the stores of stopped vaults with nothing but its key: a second reader of the formats, written
from docs/spec alone. Usage: decoder.py [--from-the-end] [--fanout N] KEY FILE STORE...

Prints the name that was stored with the file. --from-the-end takes the blocks with the highest indexes, so that every
fragment has to be computed; --fanout is for trees of small branches that a test made."""
import argparse

import stores
import trees


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--from-the-end', action='store_true')
    parser.add_argument('--fanout', type=int, default=2048)
    parser.add_argument('key')
    parser.add_argument('file')
    parser.add_argument('stores', nargs='+')
    options = parser.parse_args()
    found = stores.Stores(options.stores)
    with open(options.file, 'wb') as out:
        file = trees.File(trees.decode_key(options.key), found.get, out.write, options.from_the_end, options.fanout)
    print(file.name.decode())


if __name__ == '__main__':
    main()
