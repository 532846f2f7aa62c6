// VaultStore: the BlockStore on disk, over LMDB (docs/spec/store.md; measured choices: docs/decisions). It
// owns its directory, one environment per directory and process; a second opening is refused. One writer at a
// time, any number of readers. Every read is verified against a checksum kept beside the block, so damage is
// told from absence.
#pragma once

#include <memory>
#include <string>

#include "storage/store/block_store.hpp"

namespace catacomb::storage {

struct VaultStoreOptions {
    std::uint64_t quota = std::uint64_t{10} << 30;  // bytes
    // Kept allocated on the disk and freed when it is full, so that deletes, which write too, can proceed.
    std::uint64_t reserve = std::uint64_t{64} << 20;
    // 0: quota × 1.25 + 1 GiB.
    std::uint64_t map_size = 0;
    // Free bytes on the disk; the default asks the operating system about the directory.
    std::function<std::uint64_t()> free_space;
};

class VaultStore final : public BlockStore {
public:
    // Creates the directory when it is missing. Code::busy: open elsewhere. Code::corrupt: a truncated file
    // or damage in its head or trees, in words for the operator. Code::io: the operating system said no.
    static Result<std::unique_ptr<VaultStore>> open(const std::string& directory, VaultStoreOptions options);
    ~VaultStore() override;

    std::vector<Result<>> put_group(std::span<const Put> puts) override;
    std::vector<Result<>> renew(std::span<const Renewal> renewals) override;
    Result<Bytes> get(const BlockId& id) override;
    Result<Bytes> fetch(const BlockId& id, Time now) override;
    bool has(const BlockId& id) override;
    Result<> remove(std::span<const BlockId> ids) override;
    Result<std::vector<BlockId>> expire(Time now, std::size_t max) override;
    Result<std::vector<BlockId>> list(const std::optional<BlockId>& after, std::size_t max) override;
    Result<BlockInfo> info(const BlockId& id) override;
    Usage usage() override;

private:
    struct Environment;
    explicit VaultStore(std::unique_ptr<Environment> environment);
    std::unique_ptr<Environment> env_;
};

}  // namespace catacomb::storage
