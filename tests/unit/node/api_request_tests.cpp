// Proves that the API answers what it is asked, in the documented words, and meets hostile or clumsy requests
// with a bounded effort and an error that says what is wrong.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include "node/api/job_json.hpp"
#include "node/api/job_request.hpp"
#include "tests/support/live_api.hpp"
#include "tests/support/raw_http.hpp"
#include "tools/api_client/api_client.hpp"
#include "tools/api_client/json_fields.hpp"

using namespace catacomb;
using namespace catacomb::node;
namespace json = boost::json;

namespace {

struct Fixture {
    tests::LiveApi api;
    cli::ApiClient client = *cli::ApiClient::open(api.dir(), seconds(20));

    explicit Fixture(ApiConfig limits = {}) : api(limits) {}
    Code failure(std::string_view method, const std::string& target, const json::object& body = {}) {
        const auto answer = client.call(method, target, body);
        BOOST_REQUIRE(!answer);
        return answer.error().code;
    }
    std::string head(const std::string& first_line) const {
        return first_line + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + api.token() + "\r\n";
    }
};

int status_of(const std::string& answer) {
    return answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9)) : 0;
}

// The error code in a raw answer.
std::string code_in(const std::string& answer) {
    const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
    return text_in(object_in(json::parse(body).as_object(), "error"), "code");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(api_requests, Fixture)

BOOST_AUTO_TEST_CASE(each_failure_has_its_code) {
    BOOST_TEST((failure("GET", "/v1/files/chk1nothing") == Code::not_found));
    BOOST_TEST((failure("GET", "/v1/files/typo") == Code::bad_input));
    BOOST_TEST(
        (failure("POST", "/v1/jobs", {{"kind", "insert"}, {"name", "no-relays"}}) == Code::too_few_relays));
    BOOST_TEST((failure("POST", "/v1/jobs", {{"kind", "get"}, {"key", "typo"}}) == Code::bad_input));
    const std::string nobody = "/v1/jobs/" + text_of(JobId{7});
    BOOST_TEST((failure("GET", nobody) == Code::not_found));
    BOOST_TEST((failure("DELETE", nobody) == Code::not_found));
    BOOST_TEST((failure("GET", nobody + "/content") == Code::not_found));
    for (const auto* target : {"/", "/v1", "/v2/status", "/v1/status/x", "/v1/jobs/x", "/v1/jobs/1",
                               "/v1/jobs/1/other", "/v1/jobs/-1", "/%zz"}) {
        BOOST_TEST((failure("GET", target) == Code::not_found), target);
    }
    for (const auto& [method, target] : {std::pair("PATCH", "/v1/jobs"), std::pair("GET", "/v1/files")}) {
        BOOST_TEST((failure(method, target) == Code::bad_input), target);
    }
}

BOOST_AUTO_TEST_CASE(a_renewal_says_what_was_signed) {
    const auto job = client.call("POST", "/v1/jobs", {{"kind", "renew"}, {"key", "chk1nothing"}}).value();
    BOOST_TEST(number_in(job, "exit_code") == 1U);
    const auto& told = object_in(job, "renew");
    BOOST_TEST(number_in(told, "segments_short") == 1U);
    BOOST_TEST(told.at("lease_end").is_null());
    BOOST_TEST(real_in(told, "lease_asked") == 30.0 * 24 * 3600);
    for (const int days : {0, 367}) {
        const auto refused = client.call("POST", "/v1/jobs",
                                         {{"kind", "renew"}, {"key", "chk1nothing"}, {"lease_days", days}});
        BOOST_REQUIRE(!refused);
        BOOST_TEST(refused.error().is(Code::bad_input));
    }
}

BOOST_AUTO_TEST_CASE(a_check_says_what_it_found) {
    const auto job = client.call("POST", "/v1/jobs", {{"kind", "check"}, {"key", "chk1nothing"}}).value();
    BOOST_TEST(text_in(job, "state") == "done");
    BOOST_TEST(!flag_in(object_in(job, "check"), "readable"));
    BOOST_TEST(!flag_in(object_in(job, "check"), "reported"));
    BOOST_TEST(number_in(job, "exit_code") == 1u);
    const auto all = client.call("GET", "/v1/jobs").value();
    BOOST_TEST(all.at("jobs").as_array().size() == 1u);
}

BOOST_AUTO_TEST_CASE(segments_are_told_of_one_job_and_not_in_the_list) {
    BOOST_REQUIRE(client.call("POST", "/v1/jobs", {{"kind", "check"}, {"key", "chk1nothing"}}));
    for (const auto* method : {"GET", "DELETE"}) {
        const auto one = client.call(method, "/v1/jobs/" + text_of(JobId{1})).value();
        BOOST_TEST(object_in(one, "check").at("segments").as_array().size() == 1u, method);
    }
    const auto all = client.call("GET", "/v1/jobs").value();
    const auto& listed = all.at("jobs").at(0).at("check").as_object();
    BOOST_TEST(listed.contains("readable"));
    BOOST_TEST(!listed.contains("segments"));
}

BOOST_AUTO_TEST_CASE(a_poll_waits_for_a_change) {
    api.on_node([this] { return api.service().stalled = true; });
    const auto id = text_in(client.call("POST", "/v1/jobs", {{"kind", "insert"}}).value(), "id");
    const auto target = "/v1/jobs/" + id;
    const auto version = number_in(client.call("GET", target).value(), "version");
    auto poll = std::async(std::launch::async, [&] {
        auto other = *cli::ApiClient::open(api.dir(), seconds(20));
        return other.call("GET", concat(target, "?wait=", version, "&timeout=20")).value();
    });
    BOOST_REQUIRE(client.call("DELETE", target));
    BOOST_TEST(text_in(poll.get(), "state") == "cancelled");
    // Nothing changes any more: the time-out ends it.
    const auto last = client.call("GET", concat(target, "?wait=1000&timeout=0")).value();
    BOOST_TEST(text_in(last, "state") == "cancelled");
    BOOST_TEST((failure("GET", target + "?wait=x") == Code::bad_input));
    BOOST_TEST((failure("GET", target + "?wait=99999999999999999999") == Code::bad_input));
    BOOST_TEST((failure("GET", target + "?other=1") == Code::bad_input));
}

BOOST_AUTO_TEST_CASE(long_heads_and_long_json_are_refused) {
    tests::RawHttp http(api.port());
    http.send(head("GET /v1/status") + "X: " + std::string(20'000, 'x') + "\r\n\r\n");
    const auto long_head = http.read_all();
    BOOST_TEST(status_of(long_head) == 431);
    BOOST_TEST(code_in(long_head) == "limit reached");
    tests::RawHttp other(api.port());
    other.send(head("POST /v1/jobs") + "Connection: close\r\nContent-Length: 100000\r\n\r\n" +
               std::string(100'000, ' '));
    const auto long_body = other.read_all();
    BOOST_TEST(status_of(long_body) == 413);
    BOOST_TEST(code_in(long_body) == "limit reached");
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_told_so_and_closed) {
    for (const auto* garbage : {"\r\n\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02garbage garbage\r\n\r\n",
                                "POST /v1/jobs HTTP/1.1\r\nContent-Length: -5\r\n\r\n"}) {
        tests::RawHttp http(api.port());
        http.send(garbage);
        http.send("\r\n\r\n");
        const auto answer = http.read_all();  // returns: the server closed
        BOOST_TEST(status_of(answer) == 400, garbage);
        BOOST_TEST(code_in(answer) == "malformed");
    }
    tests::RawHttp broken(api.port());
    broken.send(head("POST /v1/jobs") + "Transfer-Encoding: chunked\r\n\r\nno length\r\n");
    BOOST_TEST(status_of(broken.read_all()) == 400);
    BOOST_TEST(client.call("GET", "/v1/status").has_value());
}

BOOST_AUTO_TEST_CASE(circuits_are_for_the_nodes_own_user) {
    const auto told = client.call("GET", "/v1/circuits");
    BOOST_REQUIRE(told);
    BOOST_TEST(told->at("guards").as_array().size() == 1u);
    BOOST_TEST(told->at("circuits").at(0).at("path").as_array().size() == 3u);
    BOOST_TEST(!client.call("POST", "/v1/circuits"));
    tests::RawHttp stranger(api.port());
    stranger.send("GET /v1/circuits HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    BOOST_TEST(stranger.read_all().find("401") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_connection_serves_many_requests) {
    tests::RawHttp http(api.port());
    const auto request = head("GET /v1/status") + "\r\n";
    const auto last = head("GET /v1/jobs") + "Connection: close\r\n\r\n";
    http.send(request + request + last);
    const auto answers = http.read_all();
    std::size_t count = 0;
    for (auto at = answers.find("HTTP/1.1 200"); at != std::string::npos;
         at = answers.find("HTTP/1.1 200", at + 1))
        ++count;
    BOOST_TEST(count == 3u);
}

BOOST_AUTO_TEST_CASE(an_answer_to_head_is_that_to_get_without_the_body) {
    tests::RawHttp http(api.port());
    http.send(head("GET /v1/status") + "\r\n" + head("HEAD /v1/status") + "\r\n" + head("GET /v1/jobs") +
              "Connection: close\r\n\r\n");
    const auto answers = http.read_all();
    const auto body = answers.find("\r\n\r\n") + 4;
    const auto second = answers.find("HTTP/1.1 200", body);
    const auto third = answers.find("\r\n\r\nHTTP/1.1 200", second);
    BOOST_REQUIRE(third != std::string::npos);
    BOOST_TEST(answers.substr(0, body) == answers.substr(second, third + 4 - second));
    tests::RawHttp stranger(api.port());
    stranger.send("HEAD /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto refusal = stranger.read_all();
    BOOST_TEST(refusal.rfind("HTTP/1.1 401", 0) == 0u);
    BOOST_TEST(refusal.find("\r\n\r\n") + 4 == refusal.size());
}

BOOST_AUTO_TEST_CASE(a_method_that_a_path_has_not_is_told_with_those_it_has) {
    const auto allowed = [this](const std::string& line) {
        tests::RawHttp http(api.port());
        http.send(head(line) + "Connection: close\r\n\r\n");
        const auto answer = http.read_all();
        BOOST_TEST(status_of(answer) == 405);
        const auto at = answer.find("\r\nAllow: ") + 9;
        return answer.substr(at, answer.find("\r\n", at) - at);
    };
    BOOST_TEST(allowed("PATCH /v1/jobs") == "GET, HEAD, POST");
    BOOST_TEST(allowed("POST /v1/status") == "GET, HEAD");
    BOOST_TEST(allowed("GET /v1/files") == "POST");
    BOOST_TEST(allowed("HEAD /v1/jobs/0000000000000001/content") == "PUT, GET");
    BOOST_TEST(allowed("OPTIONS /v1/files/x") == "GET, HEAD");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(api_request_words)

BOOST_AUTO_TEST_CASE(job_requests_are_taken_only_when_every_field_is_right) {
    const auto bad = [](const char* text) {
        const auto request = api::parse_job_request(text);
        return !request && request.error().is(Code::bad_input);
    };
    const auto hash = std::string(64, 'a');
    BOOST_TEST(api::parse_job_request(R"({"kind":"get","key":"k","no_cache":true})").has_value());
    BOOST_TEST(
        api::parse_job_request(R"({"kind":"insert","size":0,"content_hash":")" + hash + "\"}").has_value());
    for (const auto* text :
         {"", "[]", "{", "null", "{}", R"({"kind":"dance"})", R"({"kind":7})", R"({"kind":"get"})",
          R"({"kind":"check","key":""})", R"({"kind":"check","key":"k","verify":1})",
          R"({"kind":"get","key":7})", R"({"kind":"get","key":"k","x":1})",
          R"({"kind":"get","key":"k","no_cache":1})", R"({"kind":"insert","size":5})",
          R"({"kind":"insert","size":-5,"content_hash":"00"})", R"({"kind":"insert","content_hash":"00"})",
          R"({"kind":"insert","size":5,"content_hash":"zz"})"}) {
        BOOST_TEST(bad(text), text);
    }
    BOOST_TEST(bad((R"({"kind":"insert","name":")" + std::string(1025, 'n') + "\"}").c_str()));
}

BOOST_AUTO_TEST_CASE(only_a_check_that_is_done_tells_a_verdict) {
    JobStatus job;
    job.kind = JobKind::check;
    job.check.emplace().segments.resize(3);
    job.check->readable = true;  // so far
    for (const auto state : {JobState::running, JobState::failed, JobState::cancelled}) {
        job.state = state;
        BOOST_TEST(!api::job_json(job).contains("check"));
        BOOST_TEST(!api::job_summary_json(job).contains("check"));
    }
    job.state = JobState::done;
    BOOST_TEST(api::job_json(job).at("check").at("segments").as_array().size() == 3u);
    BOOST_TEST(!api::job_summary_json(job).at("check").as_object().contains("segments"));
}

// What was stored twice counts twice.
BOOST_AUTO_TEST_CASE(progress_does_not_pass_the_end) {
    JobStatus job;
    job.progress.bytes_done = 120;
    const auto told = [&job] { return api::job_json(job).at("progress").at("bytes_done").to_number<int>(); };
    BOOST_TEST(told() == 120);
    job.progress.bytes_total = 100;
    BOOST_TEST(told() == 100);
}

BOOST_AUTO_TEST_CASE(what_others_say_is_told_as_plain_text) {
    JobStatus job;
    job.state = JobState::failed;
    job.progress.last_failure = "bell \a, \x1b[2J, \x7f, c1 \xc2\x9b, bytes \xff\xc3";
    job.failure = error(Code::refused, std::string(299, 'a') + "\u00fc and more");
    const auto told = json::parse(json::serialize(api::job_json(job))).as_object();
    BOOST_TEST(text_in(object_in(told, "progress"), "last_failure") == "bell ?, ?[2J, ?, c1 ?, bytes ??");
    BOOST_TEST(text_in(object_in(told, "error"), "message") == std::string(299, 'a'));
    const auto refusal = api::error_json(error(Code::refused, "a\nb"));
    BOOST_TEST(text_in(object_in(refusal, "error"), "message") == "a?b");
}

BOOST_AUTO_TEST_CASE(deeply_nested_json_is_refused_not_followed) {
    BOOST_TEST(!api::parse_job_request(std::string(60'000, '[')).has_value());
}

BOOST_AUTO_TEST_CASE(insert_headers_are_checked) {
    const auto taken = [](api::InsertHeaders headers) {
        return api::parse_insert_headers(headers).has_value();
    };
    const auto hash = std::string(64, '0');
    BOOST_TEST(taken({}));
    BOOST_TEST(taken({.name = "a%2Fb", .hash = hash, .size = "5", .convergent = "1"}));
    BOOST_TEST(api::parse_insert_headers({.name = "a%2Fb"})->name == "a/b");
    BOOST_TEST(!taken({.name = "%zz"}));
    BOOST_TEST(!taken({.hash = hash}));
    BOOST_TEST(!taken({.size = "5"}));
    BOOST_TEST(!taken({.hash = hash, .size = "5GiB"}));
    BOOST_TEST(!taken({.convergent = "yes"}));
}

BOOST_AUTO_TEST_CASE(every_code_has_an_http_status_and_an_exit_code) {
    for (int i = 0; i <= static_cast<int>(Code::closed); ++i) {
        const auto code = static_cast<Code>(i);
        BOOST_TEST(api::http_status_of(code) >= 400u);
        BOOST_TEST(static_cast<int>(exit_code_of(code)) > 0);
        const json::object told{{"code", catacomb::name_of(code)}, {"message", "m"}};
        BOOST_TEST((cli::error_from_json(told).code == code), catacomb::name_of(code));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(api_job_ids)

BOOST_AUTO_TEST_CASE(a_jobs_number_is_text_that_comes_back) {
    for (const JobId id : {JobId{0}, JobId{1}, JobId{0x0123456789abcdef}, ~JobId{0}}) {
        BOOST_TEST(text_of(id).size() == 16u);
        BOOST_TEST((job_id_from(text_of(id)) == id));
    }
    BOOST_TEST(text_of(0x0123456789abcdef) == "0123456789abcdef");
    for (const auto* text :
         {"", "1", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeg", "-123456789abcdef"})
        BOOST_TEST(!job_id_from(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
