// Proves that nobody speaks to the API but the holder of the token, from a program of this machine.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "node/api/guard.hpp"
#include "node/api/private_files.hpp"
#include "tests/support/live_api.hpp"
#include "tests/support/raw_http.hpp"
#include "tools/api_client/api_client.hpp"

using namespace catacomb;
using namespace catacomb::node;

namespace {

std::string status_request(const std::string& headers) {
    return "GET /v1/status HTTP/1.1\r\n" + headers + "\r\n";
}

std::string answer_to(tests::LiveApi& api, const std::string& request) {
    tests::RawHttp http(api.port());
    http.send(request);
    return http.read_all();
}

bool answers(const std::string& answer, const char* status) {
    return answer.rfind(std::string("HTTP/1.1 ") + status, 0) == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(api_guard)

BOOST_AUTO_TEST_CASE(only_the_right_token_is_right) {
    const auto status_for = [](std::string_view authorization) {
        const auto refusal = api::refuse(api::Door::tcp, {"127.0.0.1:80", "", authorization}, "secret");
        return refusal ? refusal->status : 200;
    };
    BOOST_TEST(status_for("Bearer secret") == 200u);
    for (const auto* wrong : {"", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "bearer secret",
                              "Basic secret", "secret", "Bearer  secret"}) {
        BOOST_TEST(status_for(wrong) == 401u, wrong);
    }
    BOOST_TEST(api::refuse(api::Door::tcp, {"127.0.0.1", "", "Bearer "}, "").has_value());
}

BOOST_AUTO_TEST_CASE(only_names_of_this_machine_are_hosts) {
    const auto taken = [](std::string_view host) {
        return !api::refuse(api::Door::tcp, {host, "", "Bearer t"}, "t");
    };
    for (const auto* good : {"127.0.0.1", "127.0.0.1:4321", "localhost", "localhost:1", "[::1]", "[::1]:1"}) {
        BOOST_TEST(taken(good), good);
    }
    for (const auto* bad : {"", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                            "evil.example:80", "127.0.0.2", "0.0.0.0"}) {
        BOOST_TEST(!taken(bad), bad);
    }
}

BOOST_AUTO_TEST_CASE(pages_are_refused_even_with_the_token) {
    const auto refusal = api::refuse(api::Door::tcp, {"127.0.0.1", "http://127.0.0.1", "Bearer t"}, "t");
    BOOST_REQUIRE(refusal);
    BOOST_TEST(refusal->status == 403u);
}

BOOST_AUTO_TEST_CASE(the_door_decides_who_needs_a_token) {
    BOOST_TEST(!api::refuse(api::Door::owner, {"", "", ""}, "t"));
    BOOST_TEST(api::refuse(api::Door::owner, {"", "http://localhost", ""}, "t")->status == 403u);
    BOOST_TEST(api::refuse(api::Door::stranger, {"localhost", "", "Bearer t"}, "t")->status == 403u);
}

BOOST_AUTO_TEST_CASE(the_server_asks_the_guard) {
    tests::LiveApi api;
    const auto token = "Authorization: Bearer " + api.token() + "\r\n";
    const std::string host = "Host: localhost\r\nConnection: close\r\n";
    BOOST_TEST(answers(answer_to(api, status_request(host + token)), "200"));
    const auto unknown = answer_to(api, status_request(host));
    BOOST_TEST(answers(unknown, "401"));
    BOOST_TEST(unknown.find("\r\nWWW-Authenticate: Bearer\r\n") != std::string::npos);
    BOOST_TEST(answers(answer_to(api, status_request(host + "Authorization: Bearer 0\r\n")), "401"));
    BOOST_TEST(answers(answer_to(api, status_request("Host: evil.example\r\n" + token)), "403"));
    BOOST_TEST(answers(answer_to(api, status_request(host + token + "Origin: null\r\n")), "403"));
    const auto preflight =
        answer_to(api, "OPTIONS /v1/files HTTP/1.1\r\n" + host + "Origin: http://a\r\n\r\n");
    BOOST_TEST(answers(preflight, "403"));
    BOOST_TEST(preflight.find("Access-Control") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_token_is_private_and_new_at_every_start) {
    std::string first, second;
    {
        tests::LiveApi api;
        first = api.token();
        struct stat about {};
        BOOST_REQUIRE(::stat((api.dir() / api::kTokenFile).c_str(), &about) == 0);
        BOOST_TEST((about.st_mode & 0777) == 0600u);
        std::ifstream token(api.dir() / api::kTokenFile), port(api.dir() / api::kPortFile);
        std::string written;
        std::uint16_t number = 0;
        token >> written;
        port >> number;
        BOOST_TEST(written == first);
        BOOST_TEST(number == api.port());
    }
    second = tests::LiveApi().token();
    BOOST_TEST(first.size() == 64u);
    BOOST_TEST(first != second);
}

BOOST_AUTO_TEST_CASE(a_stale_port_file_goes_before_the_token_comes) {
    AsioRuntime runtime;
    tests::FakeService service(runtime);
    tests::ScratchDir dir;
    std::ofstream(dir.path() / api::kPortFile) << "1\n";
    std::filesystem::create_directory(dir.path() / api::kTokenFile);  // the token cannot be written
    api::ApiOptions options;
    options.data_dir = dir.path();
    api::ApiServer server(runtime, service, options);
    BOOST_REQUIRE(!server.start());
    BOOST_TEST(!std::filesystem::exists(dir.path() / api::kPortFile));
}

BOOST_AUTO_TEST_CASE(a_client_reads_the_token_before_the_port) {
    tests::LiveApi api;
    tests::ScratchDir dir;
    const auto port_file = dir.path() / api::kPortFile, token_file = dir.path() / api::kTokenFile;
    std::ofstream(port_file) << "1\n";  // and there is no socket
    BOOST_REQUIRE(::mkfifo(token_file.c_str(), 0600) == 0);
    auto opening = std::async(std::launch::async, [&] {
        auto client = cli::ApiClient::open(dir.path(), seconds(20));
        return client && client->call("GET", "/v1/status");
    });
    std::ofstream token(token_file);  // returns once the client reads the token
    std::ofstream(port_file) << api.port() << "\n";
    token << api.token() << std::endl;
    token.close();
    BOOST_TEST(opening.get());
}

BOOST_AUTO_TEST_CASE(an_address_that_others_reach_is_refused) {
    AsioRuntime runtime;
    tests::FakeService service(runtime);
    tests::ScratchDir dir;
    for (const auto* address : {"0.0.0.0:0", "192.0.2.1:0", "[::]:0"}) {
        api::ApiOptions options;
        options.listen = *routing::Endpoint::parse(address);
        options.data_dir = dir.path();
        api::ApiServer server(runtime, service, options);
        const auto started = server.start();
        BOOST_REQUIRE(!started);
        BOOST_TEST((started.error().code == Code::refused), address);
    }
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_told) {
    tests::LiveApi first;
    AsioRuntime runtime;
    tests::FakeService service(runtime);
    tests::ScratchDir dir;
    api::ApiOptions options;
    options.listen.port = first.port();
    options.data_dir = dir.path();
    api::ApiServer second(runtime, service, options);
    const auto started = second.start();
    BOOST_REQUIRE(!started);
    BOOST_TEST((started.error().code == Code::io));
}

BOOST_AUTO_TEST_SUITE_END()
