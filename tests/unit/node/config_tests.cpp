// Proves that a configuration is read from defaults, file, environment and command line in that order, that
// every setting survives a round trip, and that a mistake is told with its line and what would have been
// right.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "node/config/setting_values.hpp"
#include "tests/support/scratch_dir.hpp"

using namespace catacomb;
using namespace catacomb::node;

namespace {

struct Fixture {
    tests::ScratchDir dir;
    ConfigSources sources;

    Fixture() { sources.values.emplace_back("data_dir", dir.path().string()); }
    void file(const std::string& text) { std::ofstream(dir.path() / "catacomb.toml") << text; }
    std::string failure() const {
        const auto config = load_config(sources);
        BOOST_REQUIRE(!config);
        return config.error().text();
    }
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(config, Fixture)

BOOST_AUTO_TEST_CASE(starts_without_any_file) {
    const auto config = load_config(sources);
    BOOST_REQUIRE(config);
    BOOST_TEST(!config->listen.has_value());
    BOOST_TEST(!config->is_relay());
    BOOST_TEST(config->hosts_vault());
    BOOST_TEST(config->vault.quota.bytes == 10ULL << 30);
}

BOOST_AUTO_TEST_CASE(reads_every_kind_of_value_from_the_file) {
    file(
        "listen = \"11.0.2.7:4000\"\nbootstrap = [\"127.12.0.1:4000\", \"[2001:db8::1]:5\"]\n"
        "[vault]\nquota = \"3 GiB\"\non_relay = true\n[api]\nport = 8080\nidle_limit = \"90s\"\n[log]\nlevel "
        "= \"debug\"\n");
    const auto config = load_config(sources);
    BOOST_REQUIRE(config);
    BOOST_TEST(config->listen->text() == "11.0.2.7:4000");
    BOOST_TEST(config->bootstrap.size() == 2);
    BOOST_TEST(config->bootstrap[1].text() == "[2001:db8::1]:5");
    BOOST_TEST(config->vault.quota.bytes == 3ULL << 30);
    BOOST_TEST(config->is_relay());
    BOOST_TEST(config->hosts_vault());
    BOOST_TEST(config->api.port == 8080);
    BOOST_TEST(config->api.idle_limit.count() == 90'000'000);
    BOOST_TEST((config->log.level == LogLevel::debug));
}

BOOST_AUTO_TEST_CASE(a_public_relay_hosts_no_vault_by_default) {
    file("listen = \"11.0.2.7:4000\"\n");
    const auto config = load_config(sources);
    BOOST_REQUIRE(config);
    BOOST_TEST(config->is_relay());
    BOOST_TEST(!config->hosts_vault());
}

BOOST_AUTO_TEST_CASE(environment_overrides_file_and_flags_override_both) {
    file("[vault]\nquota = \"1GiB\"\n[api]\nport = 1\n[limits]\nlinks = 5\n");
    sources.environment = {{"CATACOMB_API_PORT", "2"}, {"CATACOMB_LIMITS_LINKS", "6"}};
    sources.values.emplace_back("limits.links", "7");
    const auto config = load_config(sources);
    BOOST_REQUIRE(config);
    BOOST_TEST(config->vault.quota.bytes == 1ULL << 30);
    BOOST_TEST(config->api.port == 2);
    BOOST_TEST(config->limits.links == 7u);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_told_with_its_line_and_the_likely_word) {
    file("listen = \"127.11.0.1:4000\"\n\n[vault]\nqouta = \"1GiB\"\n");
    BOOST_TEST(
        contains(failure(), "catacomb.toml:4: unknown setting 'vault.qouta'; did you mean 'vault.quota'?"));
    file("[vualt]\nquota = \"1GiB\"\n");
    BOOST_TEST(contains(failure(), "catacomb.toml:1: unknown section [vualt]"));
}

BOOST_AUTO_TEST_CASE(a_bad_value_is_told_with_its_line_and_what_would_be_right) {
    const std::pair<const char*, const char*> cases[] = {
        {"\nlisten = \"nowhere\"\n", "catacomb.toml:2: listen: 'nowhere' is not an address"},
        {"[vault]\nquota = \"10 GB\"\n", "catacomb.toml:2: vault.quota: '10 GB' is not a size such as 10GiB"},
        {"[vault]\nenabled = \"yes\"\n", "catacomb.toml:2: vault.enabled: 'yes' is not true or false"},
        {"[api]\nport = 70000\n", "catacomb.toml:2: api.port: '70000' is not a port"},
        {"[api]\nidle_limit = 5\n", "catacomb.toml:2: api.idle_limit: '5' is not a length of time"},
        {"[log]\nlevel = \"loud\"\n", "catacomb.toml:2: log.level: 'loud' is not one of"},
        {"[limits]\nlinks = -1\n", "catacomb.toml:2: limits.links: '-1' is not a whole number"},
        {"[limits]\nlinks = 1.5\n", "catacomb.toml:2: limits.links: takes"},
        {"bootstrap = [1]\n", "catacomb.toml:1: bootstrap: takes"},
        {"vault = 3\n", "catacomb.toml:1: unknown setting 'vault'"},
        {"listen = \n", "catacomb.toml:1: "},
    };
    for (const auto& [text, expected] : cases) {
        file(text);
        BOOST_TEST(contains(failure(), expected), failure() << " lacks " << expected);
    }
}

BOOST_AUTO_TEST_CASE(values_that_contradict_each_other_are_refused) {
    file("[relay]\nenabled = true\n");
    BOOST_TEST(contains(failure(), "listen is not set"));
    file("advertise = [\"11.0.2.1:4000\"]\n");
    BOOST_TEST(contains(failure(), "listen is not"));
}

// Before any work is done for it, and by --check-config too: each with what would be right.
BOOST_AUTO_TEST_CASE(a_relay_that_nobody_could_dial_is_refused) {
    for (const std::string listen :
         {"0.0.0.0:4000", "[::]:4000", "127.0.0.1:4000", "[::1]:4000", "10.1.2.3:4000", "192.168.1.2:4000",
          "[fd00::1]:4000", "169.254.0.1:4000", "192.0.2.7:4000", "[64:ff9b::7f00:1]:4000"}) {
        file("listen = \"" + listen + "\"\n");
        BOOST_TEST(contains(failure(), "listen: " + listen), failure());
        BOOST_TEST(contains(failure(), "set advertise"), failure());
        file("listen = \"" + listen + "\"\nadvertise = [\"11.0.2.7:4000\"]\n");
        BOOST_TEST(load_config(sources).has_value(), listen);
    }
    for (const std::string shown : {"0.0.0.0:4000", "10.1.2.3:4000", "11.0.2.7:0"}) {
        file("listen = \"11.0.2.7:4000\"\nadvertise = [\"" + shown + "\"]\n");
        BOOST_TEST(contains(failure(), "advertise: " + shown), failure());
    }
    file("listen = \"11.0.2.7:0\"\n");
    BOOST_TEST(contains(failure(), "port 0"), failure());
    // Who is no relay advertises nothing.
    file("listen = \"0.0.0.0:4000\"\n[relay]\nenabled = false\n");
    BOOST_TEST(load_config(sources).has_value());
}

BOOST_AUTO_TEST_CASE(a_testnet_may_advertise_loopback_but_not_everything) {
    const std::string testnet = "\n[network]\nallow_special_addresses = true\n";
    file("listen = \"127.10.0.1:4000\"" + testnet);
    BOOST_TEST(load_config(sources).has_value());
    file("listen = \"0.0.0.0:4000\"" + testnet);
    BOOST_TEST(contains(failure(), "set advertise"), failure());
}

BOOST_AUTO_TEST_CASE(values_with_which_no_node_works_are_refused) {
    for (const auto& [text, expected] :
         {std::pair{"[limits]\nworker_threads = 100000\n", "worker_threads: 1 to"},
          {"[limits]\njobs = 0\n", "limits.jobs: at least 1"},
          {"[limits]\ncreates_per_second = 0\n", "limits.creates_per_second: 1 to"},
          {"[limits]\ncreates_per_second = 1000001\n", "creates_per_second: 1 to"},
          {"[api]\nidle_limit = \"0s\"\n", "api.idle_limit"},
          {"[api]\nstall_limit = \"1ms\"\n", "api.stall_limit"},
          {"[network]\npow_difficulty_bits = 9999\n", "pow_difficulty_bits: at most"},
          {"[network]\npow_memory = 1\n", "network.pow_memory"},
          {"[network]\npow_memory = 99999999999999\n", "network.pow_memory"}}) {
        file(text);
        BOOST_TEST(contains(failure(), expected), failure() << " lacks " << expected);
    }
}

BOOST_AUTO_TEST_CASE(a_named_file_must_exist) {
    sources.file = dir.path() / "other.toml";
    const auto config = load_config(sources);
    BOOST_REQUIRE(!config);
    BOOST_TEST((config.error().code == Code::io));
    sources.file = dir.path();  // a directory is none
    BOOST_TEST((load_config(sources).error().code == Code::io));
}

BOOST_AUTO_TEST_CASE(every_setting_takes_back_what_it_prints) {
    Config config;
    config.listen = *routing::Endpoint::parse("11.0.2.1:4000");
    config.bootstrap = {*config.listen, *routing::Endpoint::parse("[2001:db8::1]:5")};
    for (const auto& setting : settings()) {
        const auto text = setting.get(config);
        Config other;
        BOOST_TEST(setting.set(other, text).has_value(), setting.name << " refuses " << text);
        BOOST_TEST(setting.get(other) == text, setting.name);
    }
}

BOOST_AUTO_TEST_CASE(sizes_and_times_overflow_cleanly) {
    Size size;
    BOOST_TEST(!parse("99999999999TiB", size));
    BOOST_TEST(!parse("18446744073709551616", size));
    BOOST_TEST(!parse("-1", size));
    BOOST_TEST(!parse("", size));
    Duration time{};
    BOOST_TEST(!parse("999999999999999d", time));
    BOOST_TEST(!parse("5 weeks", time));
    BOOST_TEST(parse("0", time).has_value());
}

BOOST_AUTO_TEST_CASE(the_documentation_holds_the_table) {
    std::ifstream in(CATACOMB_SOURCE_DIR "/docs/configuration.md");
    const std::string page((std::istreambuf_iterator<char>(in)), {});
    BOOST_TEST(contains(page, settings_table()), "docs/configuration.md: run catacomb node --list-settings");
}

BOOST_AUTO_TEST_CASE(data_goes_where_the_desktop_rules_say) {
    BOOST_TEST(default_data_dir({{"HOME", "/home/a"}}).string() == "/home/a/.local/share/catacomb");
    BOOST_TEST(default_data_dir({{"HOME", "/home/a"}, {"XDG_DATA_HOME", "/x"}}).string() == "/x/catacomb");
    BOOST_TEST(default_data_dir({{"CATACOMB_DATA_DIR", "/y"}, {"HOME", "/home/a"}}).string() == "/y");
    BOOST_TEST(default_data_dir({}).string() == "/var/lib/catacomb");
}

BOOST_AUTO_TEST_SUITE_END()
