// Proves who gets a connection when there are many: owners wait their turn and are never sent away, strangers
// keep nobody out, and a job that may not begin yet begins when it may. And that the Unix socket is its
// owner's alone, whatever the length of its path, and replaces what a killed node left, but nothing that
// lives.
#include <grp.h>
#include <sys/stat.h>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "node/api/admission.hpp"
#include "node/api/listener.hpp"
#include "tests/support/live_api.hpp"
#include "tests/support/raw_http.hpp"
#include "tools/api_client/api_client.hpp"
#include "tools/api_client/json_fields.hpp"

using namespace catacomb;
using namespace catacomb::node;

namespace {

constexpr auto kRequest = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

bool is_ok(const std::string& answer) { return answer.rfind("HTTP/1.1 200", 0) == 0; }

Time at(int ms) { return Time{} + milliseconds(ms); }

}  // namespace

BOOST_AUTO_TEST_SUITE(api_admission)

BOOST_AUTO_TEST_CASE(owners_have_so_many_places) {
    api::Admission admission(2, 1);
    BOOST_TEST(admission.room_for_owner());
    admission.owner_came();
    admission.owner_came();
    BOOST_TEST(!admission.room_for_owner());
    admission.left(1);
    BOOST_TEST(admission.room_for_owner());
}

BOOST_AUTO_TEST_CASE(the_stranger_that_was_silent_for_longest_gives_way) {
    api::Admission admission(1, 2);
    BOOST_TEST(admission.room_for_stranger(at(0)).now);
    admission.stranger_came(7, at(0));
    admission.stranger_came(8, at(100));
    auto room = admission.room_for_stranger(at(249));
    BOOST_TEST(!room.now);
    BOOST_TEST(!room.leaves);
    BOOST_TEST((room.until == at(250)));
    room = admission.room_for_stranger(at(250));
    BOOST_TEST(*room.leaves == 7u);
    admission.left(7);
    BOOST_TEST(admission.room_for_stranger(at(250)).now);
    admission.stranger_came(9, at(250));
    BOOST_TEST(*admission.room_for_stranger(at(1000)).leaves == 8u);
}

BOOST_AUTO_TEST_CASE(a_stranger_that_speaks_makes_room_and_counts_as_an_owner) {
    api::Admission admission(1, 1);
    admission.stranger_came(1, at(0));
    admission.became_known(1);
    BOOST_TEST(admission.room_for_stranger(at(0)).now);
    BOOST_TEST(!admission.room_for_owner());
    admission.left(1);
    BOOST_TEST(admission.room_for_owner());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(api_crowds)

BOOST_AUTO_TEST_CASE(more_connections_than_allowed_wait) {
    ApiConfig limits;
    limits.connections = 4;
    tests::LiveApi api(limits);
    std::vector<std::unique_ptr<tests::RawHttp>> held;
    for (int i = 0; i < 4; ++i) held.push_back(std::make_unique<tests::RawHttp>(api.socket()));
    tests::RawHttp fifth(api.socket()), sixth(api.socket());
    fifth.send(kRequest);
    sixth.send(kRequest);
    held.front()->send(kRequest);
    BOOST_TEST(is_ok(held.front()->read_all()));
    BOOST_TEST(is_ok(fifth.read_all()));
    BOOST_TEST(is_ok(sixth.read_all()));
}

BOOST_AUTO_TEST_CASE(idle_strangers_keep_nobody_out) {
    tests::LiveApi api;
    std::vector<std::unique_ptr<tests::RawHttp>> held;
    for (int i = 0; i < 100; ++i) held.push_back(std::make_unique<tests::RawHttp>(api.port()));
    tests::RawHttp local(api.socket());
    local.send(kRequest);
    BOOST_TEST(is_ok(local.read_all()));
    tests::RawHttp owner(api.port());
    owner.send("GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " +
               api.token() + "\r\n\r\n");
    BOOST_TEST(is_ok(owner.read_all()));
    BOOST_TEST(held.front()->read_all().empty());  // gave way
}

BOOST_AUTO_TEST_CASE(a_head_that_never_ends_is_given_up) {
    ApiConfig limits;
    limits.idle_limit = milliseconds(50);
    tests::LiveApi api(limits);
    tests::RawHttp http(api.port());
    http.send("GET /v1/status HTTP/1.1\r\nHost: ");
    BOOST_TEST(http.read_all().empty());
}

BOOST_AUTO_TEST_CASE(a_job_waits_until_it_may_begin) {
    tests::LiveApi api;
    auto client = *cli::ApiClient::open(api.dir(), seconds(20));
    api.on_node([&] { return api.service().most_jobs = 1; });
    const boost::json::object request{{"kind", "insert"}};
    const auto first = text_in(client.call("POST", "/v1/jobs", request).value(), "id");
    const auto refused = client.call("POST", "/v1/jobs", request);
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.error().code == Code::limit));
    auto second = std::async(std::launch::async, [&] {
        auto other = *cli::ApiClient::open(api.dir(), seconds(40));
        return other.call("POST", "/v1/jobs?wait=30", request);
    });
    BOOST_REQUIRE(client.call("DELETE", "/v1/jobs/" + first));
    BOOST_TEST(second.get().has_value());
    // Nothing ends any more: the time-out tells so.
    BOOST_TEST((client.call("POST", "/v1/jobs?wait=0", request).error().code == Code::limit));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(api_local_socket)

BOOST_AUTO_TEST_CASE(it_needs_no_token_and_is_private) {
    tests::LiveApi api;
    struct stat about {};
    BOOST_REQUIRE(::stat(api.socket().c_str(), &about) == 0);
    BOOST_TEST((about.st_mode & 0777) == 0600u);
    tests::RawHttp http(api.socket());
    http.send(kRequest);
    BOOST_TEST(is_ok(http.read_all()));
    tests::RawHttp page(api.socket());
    page.send("GET /v1/status HTTP/1.1\r\nOrigin: http://localhost\r\n\r\n");
    BOOST_TEST(page.read_all().rfind("HTTP/1.1 403", 0) == 0u);
}

struct Listening {
    tests::ScratchDir dir;
    AsioRuntime runtime;
    Result<api::Acceptor> listen(const api::LocalOptions& options) {
        return api::listen_local(runtime.executor(), options);
    }
};

BOOST_FIXTURE_TEST_CASE(what_a_killed_node_left_is_replaced_and_what_lives_is_not, Listening) {
    api::LocalOptions options;
    options.data_dir = dir.path();
    { BOOST_REQUIRE(listen(options)); }  // gone, and its file left behind
    BOOST_TEST(std::filesystem::exists(options.socket()));
    const auto living = listen(options);
    BOOST_REQUIRE(living);
    const auto second = listen(options);
    BOOST_REQUIRE(!second);
    BOOST_TEST((second.error().code == Code::busy));
    BOOST_TEST(std::filesystem::exists(options.socket()));
}

BOOST_FIXTURE_TEST_CASE(what_is_no_socket_is_left_alone, Listening) {
    api::LocalOptions options;
    options.data_dir = dir.path();
    std::ofstream(options.socket()) << "mine";
    BOOST_TEST((listen(options).error().code == Code::exists));
    BOOST_TEST(std::filesystem::file_size(options.socket()) == 4u);
}

BOOST_FIXTURE_TEST_CASE(one_that_lies_elsewhere_is_found_by_the_data_directory, Listening) {
    api::LocalOptions options;
    options.data_dir = dir.path();
    options.elsewhere = dir.path() / "other.sock";
    {
        const auto first = listen(options);
        BOOST_REQUIRE(first);
        BOOST_TEST(std::filesystem::read_symlink(options.link()) == options.elsewhere);
    }
    const auto again = listen(options);
    BOOST_REQUIRE(again);
    api::remove_local(options);
    BOOST_TEST(!std::filesystem::exists(std::filesystem::symlink_status(options.link())));
    BOOST_TEST(!std::filesystem::exists(options.elsewhere));
}

BOOST_AUTO_TEST_CASE(its_path_may_be_long) {
    tests::ScratchDir dir;
    const auto deep = dir.path() / std::string(200, 'd') / std::string(200, 'e');
    std::filesystem::create_directories(deep);
    tests::LiveApi api({}, deep);
    std::filesystem::remove(deep / "api.token");  // so that there is no other way
    auto client = cli::ApiClient::open(deep, seconds(20));
    BOOST_REQUIRE(client);
    BOOST_TEST(client->call("GET", "/v1/status").has_value());
}

BOOST_AUTO_TEST_CASE(a_group_is_known_by_its_name) {
    BOOST_TEST(*api::group_named(::getgrgid(0)->gr_name) == 0u);
    BOOST_TEST((api::group_named("no such group").error().code == Code::bad_input));
}

BOOST_AUTO_TEST_SUITE_END()
