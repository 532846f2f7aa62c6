"""The stores of stopped vaults (docs/spec/store.md): blocks by root and index."""
import lmdb

from segments import H, expect, number


class Stores:
    def __init__(self, folders):
        self.open = []
        for folder in folders:
            environment = lmdb.open(folder, readonly=True, lock=False, max_dbs=8)
            tables = {name: environment.open_db(name.encode(), create=False) for name in ('data', 'meta', 'info')}
            with environment.begin(db=tables['info']) as transaction:
                expect(number(transaction.get(b'usage')[:4]) == 1, f'{folder} is a store of another format')
            self.open.append((environment, tables))

    def get(self, root, index):
        key = root + bytes([index])
        for environment, tables in self.open:
            with environment.begin() as transaction:
                meta = transaction.get(key, db=tables['meta'])
                if meta is None:
                    continue
                size, checksum, tail = number(meta[8:12]), meta[12:28], meta[28:]
                block = transaction.get(key, db=tables['data']) + tail
                expect(len(block) == size, 'a block of another size than its record says')
                expect(H('store checksum', key, len(block).to_bytes(8, 'little'), block)[:16] == checksum, 'damage')
                return block
        return None
