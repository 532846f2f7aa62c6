"""The stores of stopped vaults (docs/spec/store.md): blocks by root and index."""
import lmdb

from segments import H, expect, number


def sized(part):
    return len(part).to_bytes(8, 'little') + part


class Stores:
    def __init__(self, folders):
        self.open = []
        for folder in folders:
            environment = lmdb.open(folder, readonly=True, lock=False, max_dbs=8)
            tables = {name: environment.open_db(name.encode(), create=False) for name in ('data', 'meta', 'info')}
            with environment.begin(db=tables['info']) as transaction:
                expect(number((transaction.get(b'store') or bytes(4))[:4]) == 2, f'{folder} is a store of another format')
            self.open.append((environment, tables))

    def get(self, root, index):
        key = root + bytes([index])
        for environment, tables in self.open:
            with environment.begin() as transaction:
                meta = transaction.get(key, db=tables['meta'])
                if meta is None:
                    continue
                expect(len(meta) == 46 and meta[0] == 1, 'a record of another version')
                record, check = meta[:42], meta[42:]
                size, checksum = number(record[22:26]), record[26:]
                expect(H('store checksum', key, sized(b'record'), sized(record))[:4] == check, 'a damaged record')
                block = transaction.get(key, db=tables['data'])
                expect(len(block) == size, 'a block of another size than its record says')
                expect(H('store checksum', key, sized(block))[:16] == checksum, 'damage')
                return block
        return None
