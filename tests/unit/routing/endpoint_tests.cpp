// Proves: endpoints survive the way to text and back, nothing else parses, and address classes are told
// apart.
#include "routing/endpoint.hpp"

#include <boost/test/unit_test.hpp>

using catacomb::Code;
using catacomb::routing::Endpoint;

namespace {
Endpoint parsed(std::string_view text) {
    const auto endpoint = Endpoint::parse(text);
    BOOST_REQUIRE_MESSAGE(endpoint, text);
    return *endpoint;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(endpoint)

BOOST_AUTO_TEST_CASE(text_and_back) {
    for (const auto* text :
         {"127.10.0.1:4000", "0.0.0.0:0", "255.255.255.255:65535", "[2001:db8::1]:4000", "[::1]:1"})
        BOOST_TEST(parsed(text).text() == text);
}

BOOST_AUTO_TEST_CASE(v4_has_one_form) {
    BOOST_CHECK(parsed("192.0.2.7:80") == Endpoint::v4(0xc0000207, 80));
    BOOST_CHECK(parsed("[::ffff:192.0.2.7]:80") == Endpoint::v4(0xc0000207, 80));
    BOOST_TEST(parsed("192.0.2.7:80").is_v4());
    BOOST_TEST(!parsed("[2001:db8::1]:80").is_v4());
}

BOOST_AUTO_TEST_CASE(nothing_else_parses) {
    using namespace std::literals;
    for (const auto text :
         {""sv, ":"sv, "127.0.0.1"sv, "127.0.0.1:"sv, "127.0.0.1:65536"sv, "127.0.0.1:-1"sv,
          "127.0.0.1:80x"sv, "127.0.0.1: 80"sv, "127.0.0:80"sv, "2001:db8::1:80"sv, "[2001:db8::1]"sv,
          "[]:80"sv, "[127.0.0.1]:80"sv, "localhost:80"sv, "127.0.0.1\0x:80"sv, "[::1\0]:80"sv}) {
        const auto endpoint = Endpoint::parse(text);
        BOOST_REQUIRE_MESSAGE(!endpoint, text);
        BOOST_TEST(endpoint.error().is(Code::bad_input));
    }
}

BOOST_AUTO_TEST_CASE(special_ranges) {
    for (const auto* text :
         {"127.0.0.1:1", "10.1.2.3:1", "172.16.0.1:1", "172.31.255.255:1", "192.168.0.1:1", "169.254.1.1:1",
          "100.64.0.1:1", "100.127.0.1:1", "0.0.0.0:1", "224.0.0.1:1", "255.255.255.255:1", "[::]:1",
          "[::1]:1", "[fc00::1]:1", "[fdff::1]:1", "[fe80::1]:1", "[ff02::1]:1"})
        BOOST_TEST(parsed(text).is_special(), text);
    for (const auto* text :
         {"128.0.0.1:1", "11.0.0.1:1", "172.15.0.1:1", "172.32.0.1:1", "192.167.0.1:1", "169.253.1.1:1",
          "100.63.0.1:1", "100.128.0.1:1", "223.255.255.255:1", "[2001:db8::1]:1", "[fec0::1]:1"})
        BOOST_TEST(!parsed(text).is_special(), text);
}

BOOST_AUTO_TEST_CASE(loopback) {
    BOOST_TEST(parsed("127.9.9.9:1").is_loopback());
    BOOST_TEST(parsed("[::1]:1").is_loopback());
    BOOST_TEST(!parsed("[::2]:1").is_loopback());
    BOOST_TEST(!parsed("10.0.0.1:1").is_loopback());
}

BOOST_AUTO_TEST_CASE(network_prefix_is_16_bits_of_v4_and_32_of_v6) {
    BOOST_TEST(parsed("198.51.1.1:1").network_prefix() == parsed("198.51.200.9:2").network_prefix());
    BOOST_TEST(parsed("198.51.1.1:1").network_prefix() != parsed("198.52.1.1:1").network_prefix());
    BOOST_TEST(parsed("[2001:db8:1::1]:1").network_prefix() ==
               parsed("[2001:db8:ffff::9]:1").network_prefix());
    BOOST_TEST(parsed("[2001:db8::1]:1").network_prefix() != parsed("[2001:db9::1]:1").network_prefix());
    BOOST_TEST(parsed("[::c633:1]:1").network_prefix() != parsed("198.51.0.1:1").network_prefix());
}

BOOST_AUTO_TEST_SUITE_END()
