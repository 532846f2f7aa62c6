#include "tools/sim/lying_store.hpp"

namespace catacomb::sim {

LyingStore::Lies LyingStore::drops_all() {
    Lies out;
    out.drops = true;
    return out;
}

LyingStore::Lies LyingStore::reads_fail() {
    Lies out;
    out.get = [](storage::BlockStore&, const storage::BlockId&) -> Result<Bytes> {
        return error(Code::io, "the disk reads nothing");
    };
    return out;
}

std::vector<Result<>> LyingStore::put_group(std::span<const storage::Put> puts) {
    if (lying && lies_.drops) return std::vector<Result<>>(puts.size(), ok());
    return truth_.put_group(puts);
}

Result<Bytes> LyingStore::get(const storage::BlockId& id) {
    return lying && lies_.get ? lies_.get(truth_, id) : truth_.get(id);
}

}  // namespace catacomb::sim
