// Proves that files come back from a pack, each by its own key alone; that the pack's verify key shows none
// of them; and that a place outside of the pack or of another file opens nothing.
#include "storage/tree/pack.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/storage/file_support.hpp"

namespace catacomb::storage {
namespace {

Key256 read_key_of(ByteView file) {
    return FileKeys::derive(random_key(50), crypto::content_hash(file)).read.clone();
}

struct Packed {
    std::vector<Bytes> files;
    std::vector<Extent> places;
    BlockMap network;
    SegmentRef ref;
    Key256 verify;

    explicit Packed(std::initializer_list<std::size_t> sizes) {
        PackBuilder builder;
        for (const auto size : sizes) {
            files.push_back(random_bytes(size, size));
            places.push_back(builder.add(read_key_of(files.back()), files.back()));
        }
        const auto sealed = std::move(builder).seal(random_key(50));
        network.put(sealed.blocks);
        ref = sealed.ref();
        verify = sealed.verify.clone();
    }
    Result<Plaintext> open() const { return open_pack(*network.recover(ref.root), verify); }
};

BOOST_AUTO_TEST_CASE(each_file_comes_back_by_its_own_key_alone) {
    const Packed pack({0, 1, 700, 5000, 100'000});
    const auto content = pack.open();
    BOOST_REQUIRE(content.has_value());
    for (std::size_t i = 0; i < pack.files.size(); ++i) {
        for (std::size_t j = 0; j < pack.files.size(); ++j) {
            const auto file = open_extent(*content, read_key_of(pack.files[j]), pack.places[i]);
            if (i == j) BOOST_TEST((*file == pack.files[i]));
            if (i != j) BOOST_TEST(file.error().is(Code::corrupt));
        }
        // The content is ciphertext: no file shows in it.
        if (pack.files[i].size() < 100) continue;
        const auto plain = content->view();
        BOOST_TEST((std::search(plain.begin(), plain.end(), pack.files[i].begin(), pack.files[i].end()) ==
                    plain.end()));
    }
}

BOOST_AUTO_TEST_CASE(no_other_place_opens) {
    const Packed pack({700, 800});
    const auto content = pack.open();
    const auto key = read_key_of(pack.files[0]);
    const auto place = pack.places[0];
    for (const auto shift : {1u, 16u}) {
        BOOST_TEST(!open_extent(*content, key, {place.offset + shift, place.size}));
        BOOST_TEST(!open_extent(*content, key, {place.offset, place.size + shift}));
        BOOST_TEST(!open_extent(*content, key, {place.offset, place.size - shift}));
    }
    for (const Extent outside : {Extent{0, 10}, Extent{4, 0xffff'ffff}, Extent{0xffff'ffff, 0xffff'ffff},
                                 Extent{static_cast<std::uint32_t>(content->size), 0}}) {
        BOOST_TEST(open_extent(*content, key, outside).error().is(Code::malformed));
    }
}

BOOST_AUTO_TEST_CASE(a_pack_takes_a_full_segment_and_no_more) {
    PackBuilder builder;
    BOOST_TEST(builder.empty());
    BOOST_TEST(builder.holds(kFullSegment - 4 - 16));
    BOOST_TEST(!builder.holds(kFullSegment - 4 - 15));
    BOOST_TEST(!builder.holds(UINT64_MAX));
    const Bytes file(kFullSegment - 4 - 16);
    builder.add(random_key(1), file);
    BOOST_TEST(!builder.holds(0));
    const auto sealed = std::move(builder).seal(random_key(2));
    BOOST_TEST((sealed.ref().profile == kFullProfile));
}

BOOST_AUTO_TEST_CASE(the_same_files_make_the_same_pack) {
    const Packed one({10, 700}), same({10, 700}), other({700, 10});
    BOOST_TEST((one.ref.root == same.ref.root));
    BOOST_TEST((one.ref.root != other.ref.root));
}

BOOST_AUTO_TEST_CASE(a_pack_with_a_wrong_head_or_in_too_large_blocks_is_refused) {
    const auto verify = random_key(1);
    const auto refused = [&verify](ByteView content, const Profile& profile) {
        auto stripe = SealedStripe::seal(crypto::label::kBranchKey, verify, random_key(2), profile, content);
        return open_pack(std::move(stripe), verify).error().is(Code::malformed);
    };
    for (const auto& head : {Bytes{0, 3, 1, 0}, Bytes{1, 3, 0, 0}, Bytes{0, 1, 0, 0}, Bytes{0, 3, 0}}) {
        BOOST_TEST(refused(head, leaf_profile(head.size())));
    }
    BOOST_TEST(refused(Bytes{0, 3, 0, 0}, kFullProfile));
}

}  // namespace
}  // namespace catacomb::storage
