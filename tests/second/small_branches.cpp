// Writes a store as a vault does, with one file in a tree of small branches: a tree of several levels that
// need not be gigabytes. Usage: small_branches FILE STORE FANOUT; prints the key, which is under the public
// convergence secret.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/check.hpp"
#include "base/log.hpp"
#include "crypto/random.hpp"
#include "storage/store/vault_store.hpp"
#include "storage/tree/disperser.hpp"

using namespace catacomb;
using namespace catacomb::storage;

namespace {

void store(VaultStore& into, const SegmentBlocks& segment) {
    std::vector<Put> puts;
    for (std::uint8_t i = 0; i < segment.profile().n; ++i) {
        Put put;
        put.id = {segment.root(), i};
        put.bytes = segment.block(i);
        put.lease_end = Time(seconds(2'000'000'000));
        puts.push_back(std::move(put));
    }
    for (const auto& result : into.put_group(puts)) CHECK(result);
}

void drain(FileDisperser& disperser, VaultStore& into) {
    for (;;) {
        const auto segment = disperser.next();
        CHECK(segment);
        if (!*segment) return;
        store(into, (*segment)->blocks);
    }
}

}  // namespace

int main(int argc, char** argv) {
    CHECK(argc == 4);
    crypto::initialise();
    std::ifstream in(argv[1], std::ios::binary);
    const Bytes file(std::istreambuf_iterator<char>(in), {});
    VaultStoreOptions options;
    options.reserve = 0;
    const auto into = VaultStore::open(argv[2], options);
    CHECK(into);
    InsertParameters parameters{convergent_secret(), crypto::content_hash(file), file.size(),
                                std::filesystem::path(argv[1]).filename().string()};
    parameters.fanout = std::stoul(argv[3]);
    auto disperser = FileDisperser::create(std::move(parameters));
    CHECK(disperser);
    for (ByteView rest = file; !rest.empty();) {
        rest = rest.subspan(*disperser->feed(rest));
        drain(*disperser, **into);
    }
    drain(*disperser, **into);
    std::cout << disperser->finish()->encode() << '\n';
}
