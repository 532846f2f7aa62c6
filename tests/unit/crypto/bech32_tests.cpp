// Bech32m: BIP 350's strings, round trips, and messages that say what is wrong where.
#include "crypto/bech32.hpp"

#include "crypto/random.hpp"

#include <boost/test/unit_test.hpp>

namespace catacomb::crypto {

static std::string refusal(std::string_view text) {
    const auto decoded = bech32_decode(text);
    BOOST_REQUIRE_MESSAGE(!decoded, text);
    BOOST_TEST(decoded.error().is(Code::bad_input));
    return decoded.error().message;
}

static bool mentions(const std::string& message, const std::string& part) {
    BOOST_TEST_INFO(message);
    return message.find(part) != std::string::npos;
}

static Bytes random_bytes(Rng& rng, std::size_t size) {
    Bytes out(size);
    rng.fill(out);
    return out;
}

BOOST_AUTO_TEST_SUITE(bech32)

// Those valid strings of BIP 350 that hold whole bytes.
BOOST_AUTO_TEST_CASE(bip_valid) {
    for (const std::string text : {
             "a1lqfn3a",
             "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
             "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
             "split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
             "?1v759aa",
         }) {
        const auto decoded = bech32_decode(text);
        BOOST_REQUIRE_MESSAGE(decoded, text);
        BOOST_TEST(bech32_encode(decoded->hrp, decoded->data) == text);
    }
    BOOST_TEST(bech32_decode("A1LQFN3A")->hrp == "a");
    BOOST_TEST(to_hex(bech32_decode("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx")->data) ==
               "ffbbcdeb38bdab49ca307b9ac5a928398a418820");
}

BOOST_AUTO_TEST_CASE(bip_invalid) {
    for (const std::string text : {" 1xj0phk",
                                   "\x7f"
                                   "1g6xzxy",
                                   "\x80"
                                   "1vctc34",
                                   "qyrz8wqd2c9m", "1qyrz8wqd2c9m", "y1b0jsk6g", "lt1igcx5c0", "in1muywd",
                                   "mm1crxm3i", "au1s5cgom", "m1vuxwez", "16plkw9", "1p2gdwpf"}) {
        refusal(text);
    }
    BOOST_TEST(!bech32_decode("a12uel5l"));  // valid Bech32, not Bech32m
}

BOOST_AUTO_TEST_CASE(round_trips) {
    SeededRng rng(1);
    for (std::size_t size = 0; size < 130; ++size) {
        const auto data = random_bytes(rng, size);
        const auto text = bech32_encode("chk", data);
        const auto decoded = bech32_decode(text).value();
        BOOST_TEST(decoded.hrp == "chk");
        BOOST_TEST((decoded.data == data));
    }
    const auto data = random_bytes(rng, 600);
    BOOST_TEST((bech32_decode(bech32_encode("chk", data))->data == data));
}

BOOST_AUTO_TEST_CASE(messages_name_the_trouble) {
    const auto key = bech32_encode("chk", view("catacomb"));
    const auto with = [&](std::size_t position, char c) {
        auto out = key;
        out[position - 1] = c;
        return out;
    };
    BOOST_TEST(mentions(refusal(""), "separator"));
    BOOST_TEST(mentions(refusal("chk"), "separator"));
    BOOST_TEST(mentions(refusal("1qqqqqq"), "nothing before"));
    BOOST_TEST(mentions(refusal("chk1qqqqq"), "too short"));
    BOOST_TEST(mentions(refusal(with(7, 'b')), "character 7 "));
    BOOST_TEST(mentions(refusal(with(7, ' ')), "character 7 "));
    BOOST_TEST(mentions(refusal(with(7, 'Q')), "character 7 "));
    BOOST_TEST(mentions(refusal("CHK1" + key.substr(4)), "character 5 "));
    BOOST_TEST(mentions(refusal(std::string(kBech32MaxLength + 1, 'q')), "too long"));
    BOOST_TEST(mentions(refusal(std::string(84, 'a') + "1qqqqqq"), "too long"));
    BOOST_TEST(mentions(refusal("chk1qqqqqqqq"), "checksum"));
    // BIP 350: valid but for our bytes, as its 82 symbols of five ones end in padding that is not zero.
    BOOST_TEST(mentions(refusal("11" + std::string(82, 'l') + "udsr8"), "checksum"));
    BOOST_TEST(mentions(refusal("11" + std::string(82, 'l') + "ludsr8"), "padding"));
}

// Every single mistyped character of a key is noticed, found, and the only one found.
BOOST_AUTO_TEST_CASE(a_single_typo_is_located) {
    SeededRng rng(2);
    const auto key = bech32_encode("chk", random_bytes(rng, 72));
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (key[i] == '1') continue;
        auto typo = key;
        typo[i] = key[i] == 'q' ? 'p' : 'q';
        BOOST_TEST((bech32_locate_error(typo) == std::vector<std::size_t>{i + 1}), typo);
        BOOST_TEST(mentions(refusal(typo), "probably character " + std::to_string(i + 1)));
    }
}

// Two typos, a swap, a lost or a doubled character are noticed, and no single place is blamed.
BOOST_AUTO_TEST_CASE(other_damage_is_noticed) {
    SeededRng rng(3);
    const auto key = bech32_encode("chk", random_bytes(rng, 72));
    for (std::size_t i = 4; i + 1 < key.size(); ++i) {
        auto swapped = key;
        std::swap(swapped[i], swapped[i + 1]);
        if (swapped != key) BOOST_TEST(!bech32_decode(swapped));
        auto lost = key;
        BOOST_TEST(!bech32_decode(lost.erase(i, 1)));
        auto doubled = key;
        BOOST_TEST(!bech32_decode(doubled.insert(i, 1, key[i])));
    }
    auto two = key;
    two[10] = two[10] == 'q' ? 'p' : 'q';
    two[50] = two[50] == 'q' ? 'p' : 'q';
    BOOST_TEST(bech32_locate_error(two).empty());
    BOOST_TEST(bech32_locate_error("no separator").empty());
    BOOST_TEST(bech32_locate_error(std::string(kBech32MaxLength + 1, '1')).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace catacomb::crypto
