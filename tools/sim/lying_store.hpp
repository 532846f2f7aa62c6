// LyingStore: a vault's store that tells lies once it is told to: each operation can be replaced. Among the
// lies: one that takes every block and keeps none, and one whose disk reads nothing.
#pragma once

#include "tools/sim/forwarding_store.hpp"

namespace catacomb::sim {

class LyingStore final : public ForwardingStore {
public:
    struct Lies {
        // What get() gives instead of the truth; none: the truth.
        std::function<Result<Bytes>(storage::BlockStore& truth, const storage::BlockId& id)> get;
        bool drops = false;  // says that it keeps what it is given, and does not
    };
    LyingStore(storage::BlockStore& truth, Lies lies) : ForwardingStore(truth), lies_(std::move(lies)) {}

    static Lies drops_all();
    static Lies reads_fail();

    std::vector<Result<>> put_group(std::span<const storage::Put> puts) override;
    Result<Bytes> get(const storage::BlockId& id) override;

    bool lying = false;

private:
    Lies lies_;
};

}  // namespace catacomb::sim
