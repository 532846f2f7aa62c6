// Proves that files of any size go through tree and segments and come back exactly, in bounded memory, always
// to the same key; that a file which changes between the passes is noticed; and what the holder of a verify
// key can and cannot do.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <set>

#include "tests/unit/storage/file_support.hpp"

namespace catacomb::storage {
namespace {

void comes_back(std::size_t size, const std::string& name, std::size_t chunk) {
    BOOST_TEST_CONTEXT("size " << size << ", name of " << name.size() << ", chunks of " << chunk) {
        const auto file = random_bytes(size, size);
        BlockMap network;
        auto key = insert_file(file, name, chunk, [&](const NewSegment& s) { network.put(s.blocks); });
        BOOST_REQUIRE(key.has_value());
        BOOST_TEST(network.size() == FileShape(size, name.size()).segments());
        FileReader reader(ReadKey::decode(key->encode())->clone());
        BOOST_TEST(!reader.opened());
        const auto back = read_file(reader, network);
        BOOST_REQUIRE(back.has_value());
        BOOST_TEST((*back == file));
        BOOST_TEST(reader.name() == name);
        BOOST_TEST(reader.size() == size);
        BOOST_TEST(reader.done());
    }
}

BOOST_AUTO_TEST_CASE(sizes_at_every_edge_come_back) {
    std::set<std::size_t> sizes{0, 1, 2};
    for (const auto c : kBlockClasses) {
        for (const unsigned k : {8u, 9u, 20u}) {
            const auto most = k * fragment_size(c) - kSealOverhead;
            // With the name's length byte in front, and without.
            for (const std::size_t edge : {most - 1, most}) sizes.insert({edge - 1, edge, edge + 1});
        }
    }
    for (const std::size_t full : {2 * kFullSegment, 3 * kFullSegment})
        sizes.insert({full - 1, full, full + 1});
    for (const auto size : sizes) comes_back(size, "", 1 << 20);
}

BOOST_AUTO_TEST_CASE(names_come_back_and_chunking_does_not_matter) {
    for (const std::size_t chunk : {1u, 7u, 1000u}) comes_back(5000, "report.pdf", chunk);
    comes_back(kFullSegment - 256, std::string(255, 'n'), 65536);
    comes_back(kFullSegment - 255, std::string(255, 'n'), 65536);
    comes_back(2 * kFullSegment + 5, "two and a bit.bin", 9999);
}

BOOST_AUTO_TEST_CASE(the_same_file_has_the_same_key_and_no_other_does) {
    const auto file = random_bytes(1, 2 * kFullSegment);
    std::set<Root> roots;
    auto key_of = [&roots](ByteView content, const std::string& name) {
        return insert_file(content, name, 1 << 20,
                           [&](const NewSegment& s) { roots.insert(s.blocks.root()); })
            ->encode();
    };
    const auto key = key_of(file, "a");
    BOOST_TEST(roots.size() == 3u);
    BOOST_TEST(key_of(file, "a") == key);
    BOOST_TEST(roots.size() == 3u);
    // Another name: the leaves are shared, the top is not.
    BOOST_TEST(key_of(file, "b") != key);
    BOOST_TEST(roots.size() == 4u);
    // Another secret or another byte anywhere: nothing is shared.
    auto other = file;
    other.back() ^= 1;
    BOOST_TEST(key_of(other, "a") != key);
    BOOST_TEST(roots.size() == 7u);
    const auto mine = FileKeys::derive(random_key(50), crypto::content_hash(file));
    const auto shared = FileKeys::derive(convergent_secret(), crypto::content_hash(file));
    BOOST_TEST(!(mine.read == shared.read));
    BOOST_TEST((convergent_secret() == convergent_secret()));
}

Result<ReadKey> insert_changed(ByteView hashed, ByteView fed) {
    auto disperser = FileDisperser::create(parameters_for(hashed, ""));
    if (auto done = feed_all(*disperser, fed, [](const NewSegment&) {}); !done) return done.error();
    return disperser->finish();
}

BOOST_AUTO_TEST_CASE(a_file_that_changes_meanwhile_is_noticed) {
    for (const std::size_t size : {std::size_t{5000}, kFullSegment + 5000}) {
        const auto file = random_bytes(3, size);
        BOOST_TEST(insert_changed(file, file).has_value());
        auto altered = file;
        altered[0] ^= 1;
        BOOST_TEST(insert_changed(file, altered).error().is(Code::changed));
        auto grown = file;
        grown.push_back(0);
        BOOST_TEST(insert_changed(file, grown).error().is(Code::changed));
        BOOST_TEST(insert_changed(file, ByteView(file).first(size - 1)).error().is(Code::changed));
    }
    const auto bad = FileDisperser::create(parameters_for({}, "../etc/passwd"));
    BOOST_TEST(bad.error().is(Code::bad_input));
}

BOOST_AUTO_TEST_CASE(what_is_needed_next_is_known_ahead) {
    const auto file = random_bytes(4, 3 * kFullSegment);
    BlockMap network;
    const auto key = insert_file(file, "", 1 << 20, [&](const NewSegment& s) { network.put(s.blocks); });
    FileReader reader(key->clone());
    BOOST_TEST(reader.upcoming(10).size() == 1u);
    BOOST_TEST(reader.deliver(*network.recover(key->top.root))->view().empty());
    BOOST_TEST(reader.size() == file.size());
    const auto ahead = reader.upcoming(10);
    BOOST_REQUIRE(ahead.size() == 3u);
    BOOST_TEST(reader.upcoming(2).size() == 2u);
    for (std::uint64_t i = 0; i < 3; ++i) {
        BOOST_TEST(ahead[i].index == i);
        BOOST_TEST((reader.next()->ref == ahead[i].ref));
        const auto content = reader.deliver(*network.recover(ahead[i].ref.root));
        BOOST_TEST(equal(content->view(), ByteView(file).subspan(i * kFullSegment, kFullSegment)));
    }
    BOOST_TEST(reader.done());
}

BOOST_AUTO_TEST_CASE(a_verify_key_walks_the_tree_without_reading) {
    const auto file = random_bytes(5, 2 * kFullSegment + 100);
    BlockMap network;
    std::vector<Root> leaves;
    const auto key = insert_file(file, "secret name", 1 << 20, [&](const NewSegment& s) {
        network.put(s.blocks);
        if (s.level == 0) leaves.push_back(s.blocks.root());
    });
    const auto weak = VerifyKey::decode(key->encode());
    TreeWalker walker(*weak);
    BOOST_TEST(walker.next()->level == 1u);
    auto stripe = network.recover(key->top.root);
    const auto secret = stripe->secret().clone();
    const auto branch = walker.enter_branch(std::move(*stripe));
    BOOST_REQUIRE(branch.has_value());
    BOOST_TEST(branch->open_box(weak->verify, secret).error().is(Code::corrupt));
    for (std::uint64_t i = 0; i < 3; ++i) {
        BOOST_TEST((walker.next()->ref.root == leaves[i]));
        BOOST_TEST(walker.next()->index == i);
        auto leaf = network.recover(leaves[i]);
        BOOST_TEST(std::move(*leaf).open(crypto::label::kLeafKey, weak->verify).error().is(Code::corrupt));
        walker.pass_leaf();
    }
    BOOST_TEST(!walker.next());
}

// g++ has macros of its own for it, clang asks for features.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CATACOMB_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CATACOMB_SANITIZED
#endif
#endif

// Resident bytes of this process. A sanitizer keeps freed memory for a while and shadows the rest, so it has
// no say here.
std::size_t resident() {
#ifdef CATACOMB_SANITIZED
    return 0;
#else
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0, pages = 0;
    statm >> total >> pages;
    return pages * 4096;
#endif
}

constexpr std::uint64_t kLargeSize = 200'000'000;

// A file that nobody ever holds: its bytes follow from a seed.
template <class Use>
void each_chunk_of_large_file(Use use) {
    crypto::SeededRng stream(6);
    Bytes chunk(1 << 20);
    for (std::uint64_t at = 0; at < kLargeSize; at += chunk.size()) {
        stream.fill(chunk);
        use(ByteView(chunk).first(std::min<std::uint64_t>(chunk.size(), kLargeSize - at)));
    }
}

BOOST_AUTO_TEST_CASE(a_large_file_streams_through_in_constant_memory) {
    crypto::ContentHasher hasher, read_back;
    each_chunk_of_large_file([&](ByteView chunk) { hasher.add(chunk); });
    auto disperser = FileDisperser::create({random_key(50), hasher.digest(), kLargeSize, "large"});
    const auto read = FileKeys::derive(random_key(50), hasher.digest()).read.clone();
    std::uint64_t segments = 0;
    auto sink = [&](const NewSegment& s) {
        ++segments;
        if (s.level > 0) return;
        auto stripe = SealedStripe::recover(blocks_of(s.blocks, indexes_below(s.blocks.profile().k)));
        read_back.add(std::move(*stripe).open(crypto::label::kLeafKey, read)->view());
    };
    std::size_t early = 0, most = 0;
    each_chunk_of_large_file([&](ByteView chunk) {
        BOOST_REQUIRE(feed_all(*disperser, chunk, sink).has_value());
        most = std::max(most, resident());
        if (segments == 10) early = most;
    });
    BOOST_TEST(disperser->finish().has_value());
    BOOST_TEST(segments == disperser->shape().segments());
    BOOST_TEST((read_back.digest() == hasher.digest()));
    BOOST_TEST(most <= early + (16u << 20));
}

}  // namespace
}  // namespace catacomb::storage
