// Proves that keys survive the trip to text and back, that a read key weakens to the verify key and never the
// other way, and that every way to mistype one ends in a sentence that helps.
#include "storage/tree/key.hpp"

#include <boost/test/unit_test.hpp>

#include "base/codec.hpp"
#include "crypto/bech32.hpp"
#include "tests/unit/storage/support.hpp"

namespace catacomb::storage {
namespace {

ReadKey sample(SegmentKind kind = SegmentKind::leaf) {
    const auto profile = kind == SegmentKind::branch ? branch_profile(100) : leaf_profile(100);
    return {{*Root::from(random_bytes(1, 32)), profile, kind}, random_key(2)};
}

std::string message(std::string_view key) {
    const auto decoded = ReadKey::decode(key);
    BOOST_REQUIRE(!decoded);
    BOOST_TEST(decoded.error().is(Code::bad_input));
    return decoded.error().text();
}

bool says(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

BOOST_AUTO_TEST_CASE(keys_come_back_from_text) {
    for (const auto kind : {SegmentKind::leaf, SegmentKind::branch}) {
        const auto key = sample(kind);
        const auto text = key.encode();
        BOOST_TEST(text.starts_with("chk1"));
        const auto back = ReadKey::decode(text);
        BOOST_REQUIRE(back.has_value());
        BOOST_TEST((back->top == key.top));
        BOOST_TEST((back->read == key.read));
        BOOST_TEST((ReadKey::decode("  " + text + "\n")->read == key.read));
    }
}

BOOST_AUTO_TEST_CASE(a_read_key_weakens_and_a_verify_key_does_not_read) {
    const auto key = sample();
    const auto weak = key.weaken();
    BOOST_TEST(weak.encode().starts_with("ver1"));
    BOOST_TEST(!(weak.verify == key.read));
    BOOST_TEST((VerifyKey::decode(weak.encode())->verify == weak.verify));
    BOOST_TEST((VerifyKey::decode(key.encode())->verify == weak.verify));
    BOOST_TEST((VerifyKey::decode(key.encode())->top == key.top));
    BOOST_TEST(says(message(weak.encode()), "chk1"));
}

BOOST_AUTO_TEST_CASE(every_single_typo_is_caught_and_placed) {
    const auto text = sample().encode();
    for (std::size_t at = 4; at < text.size(); ++at) {
        auto typo = text;
        typo[at] = typo[at] == 'q' ? 'p' : 'q';
        BOOST_REQUIRE(says(message(typo), "character " + std::to_string(at + 1)));
    }
}

BOOST_AUTO_TEST_CASE(cut_words_and_strangers_are_refused) {
    const auto text = sample().encode();
    for (std::size_t size = 0; size < text.size(); ++size) message(text.substr(0, size));
    BOOST_TEST(says(message(""), "no key"));
    message("hello");
    message(text + "q");
    BOOST_TEST(says(message(crypto::bech32_encode("npub", Bytes(69))), "npub1"));
}

// A well-formed Bech32m string around any other content.
BOOST_AUTO_TEST_CASE(keys_with_impossible_fields_are_refused) {
    const auto good = crypto::bech32_decode(sample().encode())->data;
    auto with = [&good](std::size_t at, std::uint8_t value) {
        auto bytes = good;
        bytes[at] = value;
        return message(crypto::bech32_encode("chk", bytes));
    };
    BOOST_TEST(says(with(0, 1), "a key of format 1, made by an older version"));
    BOOST_TEST(says(with(0, 3), "not known"));
    BOOST_TEST(says(with(1, 0), "type"));
    BOOST_TEST(says(with(1, 3), "directory"));
    BOOST_TEST(says(with(1, 2), "20 of 60"));
    BOOST_TEST(says(with(2, 0), "profile"));
    BOOST_TEST(says(with(3, 65), "profile"));
    BOOST_TEST(says(with(1, 5), "type"));
    BOOST_TEST(says(with(4, 5), "profile"));
    auto longer = good;
    longer.push_back(0);
    BOOST_TEST(says(message(crypto::bech32_encode("chk", longer)), "too long"));
}

ExtentKey sample_extent() {
    return {{*Root::from(random_bytes(1, 32)), leaf_profile(1000), SegmentKind::pack},
            random_key(2),
            random_key(3),
            {4, 700}};
}

BOOST_AUTO_TEST_CASE(the_key_of_a_file_in_a_pack_comes_back) {
    const auto key = sample_extent();
    const auto text = key.encode();
    BOOST_TEST(text.size() == 185u);
    const auto back = decode_read_key(text);
    BOOST_REQUIRE(back.has_value());
    const auto& extent = std::get<ExtentKey>(*back);
    BOOST_TEST((extent.pack == key.pack && extent.extent == key.extent));
    BOOST_TEST((extent.read == key.read && extent.pack_verify == key.pack_verify));
    // What it weakens to is the key of the whole pack, and does not lead to the file's.
    const auto weak = decode_verify_key(text);
    BOOST_REQUIRE(weak.has_value());
    BOOST_TEST((weak->top == key.pack && weak->verify == key.pack_verify));
    BOOST_TEST((decode_verify_key(weak->encode())->verify == key.pack_verify));
    BOOST_TEST(says(message(text), "a file in a pack, which this version cannot read"));
    BOOST_TEST(says(VerifyKey::decode(text).error().text(), "in a pack"));
}

BOOST_AUTO_TEST_CASE(the_key_of_a_directory_comes_back_and_is_no_files) {
    const ReadKey key{{*Root::from(random_bytes(1, 32)), branch_profile(100), SegmentKind::directory},
                      random_key(2)};
    const auto text = key.encode();
    BOOST_TEST((std::get<ReadKey>(*decode_read_key(text)).top == key.top));
    BOOST_TEST((decode_verify_key(text)->top == key.top));
    BOOST_TEST(says(message(text), "the key of a directory, which this version cannot read"));
    BOOST_TEST(says(VerifyKey::decode(text).error().text(), "a directory"));
}

BOOST_AUTO_TEST_CASE(places_outside_of_a_pack_are_refused) {
    for (const Extent extent :
         {Extent{0, 10}, Extent{3, 10}, Extent{4, 0xffff'ffff}, Extent{0xffff'ffff, 4}}) {
        auto key = sample_extent();
        key.extent = extent;
        BOOST_TEST(says(message(key.encode()), "outside of its pack"));
    }
    const auto good = crypto::bech32_decode(sample_extent().encode())->data;
    for (std::size_t size = 0; size < good.size(); ++size) {
        message(crypto::bech32_encode("chk", ByteView(good).first(size)));
    }
}

}  // namespace
}  // namespace catacomb::storage
