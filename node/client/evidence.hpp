// Evidence: what one job has learned of the vaults that signed for its blocks, over all its segments: who
// gave back a body that was asked for, and who did not. A vault that failed once counts for nothing in this
// job any more (docs/decisions/0012). Pure.
#pragma once

#include <set>

#include "node/protocol/vault_tag.hpp"

namespace catacomb::node {

class Evidence {
public:
    // A body that the vault had signed for was read, and was what it should be.
    void came(VaultTag vault);
    // It did not come, through two exits.
    void failed(VaultTag vault);

    // It gave a body, and failed none.
    bool is_proven(VaultTag vault) const { return proven_.count(vault) > 0; }
    bool is_distrusted(VaultTag vault) const { return distrusted_.count(vault) > 0; }
    // Something failed: small samples are no longer enough, anywhere in this job.
    bool is_raised() const { return asked_ > read_; }
    const std::set<VaultTag>& distrusted() const { return distrusted_; }
    std::size_t proven() const { return proven_.size(); }
    std::uint64_t bodies_asked() const { return asked_; }
    std::uint64_t bodies_read() const { return read_; }
    // The share of the vaults of which no body was asked that must be reckoned as lying: the largest that
    // would have shown itself with a probability below 99 %.
    double doubt() const;

private:
    std::set<VaultTag> proven_, distrusted_;
    std::uint64_t asked_ = 0, read_ = 0;
};

}  // namespace catacomb::node
