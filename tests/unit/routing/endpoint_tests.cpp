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

// Each range of the registries by its first and its last address, and what lies beside them.
BOOST_AUTO_TEST_CASE(special_ranges_of_v4) {
    for (const auto* text :
         {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255", "100.64.0.0",
          "100.127.255.255", "127.0.0.1",       "127.255.255.255", "169.254.0.0",    "169.254.255.255",
          "172.16.0.0",      "172.31.255.255",  "192.0.0.0",       "192.0.0.255",    "192.0.2.0",
          "192.0.2.255",     "192.31.196.1",    "192.52.193.1",    "192.88.99.0",    "192.88.99.255",
          "192.168.0.0",     "192.168.255.255", "192.175.48.1",    "198.18.0.0",     "198.19.255.255",
          "198.51.100.0",    "198.51.100.255",  "203.0.113.0",     "203.0.113.255",  "224.0.0.0",
          "239.255.255.255", "240.0.0.0",       "255.255.255.255"})
        BOOST_TEST(parsed(std::string(text) + ":1").is_special(), text);
    for (const auto* text :
         {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255", "100.128.0.0",
          "126.255.255.255", "128.0.0.0",       "169.253.255.255", "169.255.0.0",    "172.15.255.255",
          "172.32.0.0",      "191.255.255.255", "192.0.1.0",       "192.0.3.0",      "192.31.195.1",
          "192.31.197.1",    "192.52.192.1",    "192.52.194.1",    "192.88.98.255",  "192.88.100.0",
          "192.167.255.255", "192.169.0.0",     "192.175.47.1",    "192.175.49.1",   "198.17.255.255",
          "198.20.0.0",      "198.51.99.255",   "198.51.101.0",    "203.0.112.255",  "203.0.114.0",
          "223.255.255.255"})
        BOOST_TEST(!parsed(std::string(text) + ":1").is_special(), text);
}

BOOST_AUTO_TEST_CASE(special_ranges_of_v6) {
    for (const auto* text : {"::",
                             "::1",
                             "::2",
                             "100::1",
                             "100:0:0:1::1",
                             "2001::",
                             "2001:1::1",
                             "2001:2::1",
                             "2001:3::1",
                             "2001:4:112::1",
                             "2001:10::1",
                             "2001:20::1",
                             "2001:2f:ffff::1",
                             "2001:30::1",
                             "2001:1ff:ffff::1",
                             "2001:db8::1",
                             "2001:db8:ffff::1",
                             "2620:4f:8000::1",
                             "3fff::1",
                             "3fff:fff:ffff::1",
                             "4000::1",
                             "5f00::1",
                             "fc00::1",
                             "fdff::1",
                             "fe00::1",
                             "fe80::1",
                             "febf::1",
                             "fec0::1",
                             "feff::1",
                             "ff02::1"})
        BOOST_TEST(parsed("[" + std::string(text) + "]:1").is_special(), text);
    for (const auto* text : {"2000::1", "2001:200::1", "2001:db7:ffff::1", "2001:db9::1", "2003::1",
                             "2620:4f:7fff::1", "2620:4f:8001::1", "2a00::1", "3ffe::1", "3fff:1000::1"})
        BOOST_TEST(!parsed("[" + std::string(text) + "]:1").is_special(), text);
}

// NAT64, 6to4, Teredo, and the two forms in which IPv6 once held IPv4.
BOOST_AUTO_TEST_CASE(what_stands_for_another_address_is_special) {
    for (const auto* text :
         {"64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::10.0.0.1",
          "64:ff9b:1:ffff::8.8.8.8", "2002:7f00:1::1", "2002:a00:1::1", "2002:c0a8:1::", "2002:808:808::1",
          "2001:0:808:808:0:0:f5ff:fffe", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1"})
        BOOST_TEST(parsed("[" + std::string(text) + "]:1").is_special(), text);
    BOOST_TEST(!parsed("[::ffff:8.8.8.8]:1").is_special());
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
