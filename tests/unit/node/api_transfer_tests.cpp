// Proves that files go through the API bit-equal both ways, at any size and in any framing; that neither side
// can make the node hold more than its buffer; and that a transfer that breaks, on either side, breaks
// cleanly and says why.
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include "crypto/random.hpp"
#include "tests/support/live_api.hpp"
#include "tests/support/raw_http.hpp"
#include "tools/api_client/api_client.hpp"
#include "tools/api_client/json_fields.hpp"

using namespace catacomb;
namespace json = boost::json;

namespace {

std::string body_of(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

struct Fixture {
    tests::LiveApi api;
    cli::ApiClient client = *cli::ApiClient::open(api.dir(), seconds(20));

    explicit Fixture(node::ApiConfig limits = {}) : api(limits) {}

    json::object insert_job(const json::object& more) {
        json::object request{{"kind", "insert"}};
        for (const auto& [name, value] : more) request[name] = value;
        return client.call("POST", "/v1/jobs", request).value();
    }
    json::object ended(const std::string& id) {
        auto watcher = *cli::ApiClient::open(api.dir(), seconds(20));
        std::uint64_t seen = 0;
        while (true) {
            auto job = watcher.call("GET", concat("/v1/jobs/", id, "?wait=", seen, "&timeout=10")).value();
            if (text_in(job, "state") != "running") return job;
            seen = number_in(job, "version");
        }
    }
    std::string head(const std::string& first_line) const {
        return first_line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " +
               api.token() + "\r\n";
    }
    std::string insert(const std::string& content) {
        const auto answer =
            speak(head("POST /v1/files") + concat("Content-Length: ", content.size(), "\r\n\r\n", content));
        return text_in(object_in(json::parse(body_of(answer)).as_object(), "insert"), "key");
    }
    // The id of a get that is done, and whose content nobody has fetched.
    std::string finished_get(const std::string& key) {
        const auto job = client.call("POST", "/v1/jobs", {{"kind", "get"}, {"key", key}}).value();
        const auto id = text_in(job, "id");
        BOOST_REQUIRE(text_in(ended(id), "state") == "done");
        return id;
    }
    std::string fetch(const std::string& id) {
        return speak(head(concat("GET /v1/jobs/", id, "/content")) + "\r\n");
    }
    std::string speak(const std::string& request) {
        tests::RawHttp http(api.port());
        http.send(request);
        return http.read_all();
    }
};

cli::ApiClient::Reader reader_of(const Bytes& content) {
    return [&content, at = std::size_t{0}](MutableBytes into) mutable -> Result<std::size_t> {
        const auto n = std::min(into.size(), content.size() - at);
        copy(into, ByteView(content).subspan(at, n));
        at += n;
        return n;
    };
}

// FakeService counts.
std::string next(const std::string& id) { return node::text_of(*node::job_id_from(id) + 1); }

Bytes some_bytes(std::size_t size) {
    Bytes out(size);
    crypto::SeededRng(size).fill(out);
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(api_transfers, Fixture)

BOOST_AUTO_TEST_CASE(files_of_any_size_come_back_equal) {
    for (const std::size_t size : {0u, 1u, 65'536u, 1'048'576u, 1'048'577u, 5'000'001u}) {
        for (const bool sized : {true, false}) {
            const auto content = some_bytes(size);
            const auto job = insert_job({{"name", "a b/ü.txt"}});
            const auto id = text_in(job, "id");
            const auto length = sized ? std::optional<std::uint64_t>(size) : std::nullopt;
            BOOST_REQUIRE(client.upload(concat("/v1/jobs/", id, "/content"), length, reader_of(content)));
            const auto key = text_in(object_in(ended(id), "insert"), "key");
            BOOST_TEST(key == tests::FakeService::key_of(content));

            const auto get = client.call("POST", "/v1/jobs", {{"kind", "get"}, {"key", key}}).value();
            Bytes came;
            cli::ApiClient::FileHead told;
            const auto done = client.download(
                concat("/v1/jobs/", text_in(get, "id"), "/content"),
                [&](const cli::ApiClient::FileHead& file) { return told = file, ok(); },
                [&](ByteView bytes) { return append(came, bytes), ok(); });
            BOOST_REQUIRE(done);
            BOOST_TEST(told.name == "a b/ü.txt");
            BOOST_TEST(told.size == size);
            BOOST_TEST((came == content));
            BOOST_TEST(text_in(ended(text_in(get, "id")), "state") == "done");
        }
    }
}

BOOST_AUTO_TEST_CASE(hash_and_size_reach_the_job) {
    const auto content = some_bytes(1000);
    const auto hash = crypto::content_hash(content).hex();
    const auto job = insert_job({{"content_hash", hash}, {"size", 1000}, {"convergent", true}});
    const auto id = text_in(job, "id");
    BOOST_REQUIRE(client.upload(concat("/v1/jobs/", id, "/content"), 1000, reader_of(content)));
    BOOST_TEST(text_in(ended(id), "state") == "done");
    const auto asked = api.on_node([this] { return api.service().inserts.front(); });
    BOOST_TEST(to_hex(*asked.content_hash) == hash);
    BOOST_TEST(*asked.size == 1000u);
    BOOST_TEST(asked.convergent);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_what_was_hashed_has_changed) {
    const auto content = some_bytes(1000);
    const auto job = insert_job({{"content_hash", std::string(64, '0')}, {"size", 1000}});
    const auto id = text_in(job, "id");
    BOOST_REQUIRE(client.upload(concat("/v1/jobs/", id, "/content"), 1000, reader_of(content)));
    const auto last = ended(id);
    BOOST_TEST(text_in(object_in(last, "error"), "code") == "changed");
    BOOST_TEST(number_in(last, "exit_code") == 2u);
}

BOOST_AUTO_TEST_CASE(one_request_inserts_and_one_gets) {
    const auto content = some_bytes(3000);
    const auto text = std::string(as_text(content));
    const auto inserted =
        speak(head("POST /v1/files") + "X-Catacomb-Name: a%20b\r\nContent-Length: 3000\r\n\r\n" + text);
    BOOST_TEST(inserted.rfind("HTTP/1.1 201", 0) == 0u);
    const auto job = json::parse(body_of(inserted)).as_object();
    const auto key = text_in(object_in(job, "insert"), "key");
    const auto got = speak(head("GET /v1/files/" + key) + "\r\n");
    BOOST_TEST(got.rfind("HTTP/1.1 200", 0) == 0u);
    BOOST_TEST(got.find("X-Catacomb-Name: a%20b\r\n") != std::string::npos);
    BOOST_TEST((body_of(got) == text));
}

BOOST_AUTO_TEST_CASE(chunked_bodies_and_clients_that_ask_first_are_served) {
    tests::RawHttp http(api.port());
    http.send(head("POST /v1/files") + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
    http.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    const auto answer = http.read_all();
    BOOST_TEST(answer.rfind("HTTP/1.1 100", 0) == 0u);
    BOOST_TEST(answer.find(tests::FakeService::key_of(view("abcde"))) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_upload_that_breaks_off_fails_its_job) {
    const auto id = text_in(insert_job({{"name", "x"}}), "id");
    {
        tests::RawHttp http(api.port());
        http.send(head(concat("PUT /v1/jobs/", id, "/content")) + "Content-Length: 1000\r\n\r\nonly this");
    }
    const auto job = ended(id);
    BOOST_TEST(text_in(job, "state") == "failed");
    BOOST_TEST(text_in(object_in(job, "error"), "message").find("broke off") != std::string::npos);
    BOOST_TEST(number_in(job, "exit_code") == 3u);
}

BOOST_AUTO_TEST_CASE(a_job_that_fails_ends_its_upload_and_says_why) {
    const auto content = some_bytes(30'000'000);
    const auto id = text_in(insert_job({{"name", "full"}}), "id");
    const auto sent = client.upload(concat("/v1/jobs/", id, "/content"), content.size(), reader_of(content));
    BOOST_REQUIRE(!sent);
    BOOST_TEST((sent.error().code == Code::full), sent.error().text());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_finished_arrives_short_and_its_job_says_why) {
    const auto content = some_bytes(2'000'000);
    const auto id = text_in(insert_job({{"name", "half"}}), "id");
    BOOST_REQUIRE(client.upload(concat("/v1/jobs/", id, "/content"), content.size(), reader_of(content)));
    const auto key = text_in(object_in(ended(id), "insert"), "key");
    const auto got = speak(head("GET /v1/files/" + key) + "\r\n");
    BOOST_TEST(got.find("Content-Length: 2000000\r\n") != std::string::npos);
    BOOST_TEST(body_of(got).size() < 2'000'000u);
    const auto job = ended(next(id));
    BOOST_TEST(text_in(object_in(job, "error"), "message") == "segment 1: 19 of 20 blocks were found");
    BOOST_TEST(number_in(job, "exit_code") == 1u);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_cancels_its_get) {
    const auto content = some_bytes(40'000'000);
    const auto id = text_in(insert_job({}), "id");
    BOOST_REQUIRE(client.upload(concat("/v1/jobs/", id, "/content"), content.size(), reader_of(content)));
    const auto key = text_in(object_in(ended(id), "insert"), "key");
    {
        tests::RawHttp http(api.port());
        http.send(head("GET /v1/files/" + key) + "\r\n");
    }
    BOOST_TEST(text_in(ended(next(id)), "state") != "done");
}

BOOST_AUTO_TEST_CASE(a_stalled_job_holds_its_client_back) {
    api.on_node([this] { return api.service().stalled = true; });
    const auto id = text_in(insert_job({}), "id");
    tests::RawHttp http(api.port());
    http.send(head(concat("PUT /v1/jobs/", id, "/content")) + "Content-Length: 1000000000\r\n\r\n");
    const std::string block(1 << 20, 'x');
    std::size_t taken = 0;
    // Two rounds of nothing, with a round trip through the node between them, are a standstill.
    for (int quiet = 0; quiet < 20;) {
        const auto n = http.offer(block);
        taken += n;
        quiet = n == 0 ? quiet + 1 : 0;
        if (n == 0) BOOST_REQUIRE(client.call("GET", "/v1/status"));
        BOOST_REQUIRE(taken < 100'000'000u);
    }
    BOOST_TEST(api.on_node([this] { return api.service().bytes_read; }) == 0u);
    BOOST_REQUIRE(client.call("DELETE", concat("/v1/jobs/", id)));
    BOOST_TEST(text_in(ended(id), "state") == "cancelled");
}

BOOST_AUTO_TEST_CASE(content_goes_once_and_to_the_right_job) {
    const auto id = text_in(insert_job({}), "id");
    const Bytes content{1, 2, 3};
    BOOST_TEST(!client.upload("/v1/jobs/0000000000000099/content", 3, reader_of(content)));
    BOOST_REQUIRE(client.upload(concat("/v1/jobs/", id, "/content"), 3, reader_of(content)));
    const auto again = client.upload(concat("/v1/jobs/", id, "/content"), 3, reader_of(content));
    BOOST_REQUIRE(!again);
    BOOST_TEST((again.error().code == Code::refused), again.error().text());
}

BOOST_AUTO_TEST_CASE(an_upload_says_where_it_begins) {
    const auto id = text_in(insert_job({}), "id");
    const auto put = [&](const std::string& headers) {
        return speak(head(concat("PUT /v1/jobs/", id, "/content")) + headers +
                     "Content-Length: 3\r\n\r\nabc");
    };
    BOOST_TEST(put("X-Catacomb-Offset: x\r\n").rfind("HTTP/1.1 400", 0) == 0u);
    const auto elsewhere = put("X-Catacomb-Offset: 5\r\n");
    BOOST_TEST(elsewhere.rfind("HTTP/1.1 409", 0) == 0u);
    BOOST_TEST(number_in(json::parse(body_of(elsewhere)).as_object(), "offset") == 0u);
    BOOST_TEST(text_in(object_in(json::parse(body_of(elsewhere)).as_object(), "error"), "code") == "changed");
    BOOST_TEST(put("X-Catacomb-Offset: 0\r\n").rfind("HTTP/1.1 200", 0) == 0u);
    BOOST_TEST(text_in(ended(id), "state") == "done");
}

BOOST_AUTO_TEST_CASE(a_forms_envelope_is_no_file) {
    const std::string form =
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n\r\n--x--";
    const auto id = text_in(insert_job({}), "id");
    for (const auto& line : {std::string("POST /v1/files"), concat("PUT /v1/jobs/", id, "/content")}) {
        const auto answer = speak(head(line) + form);
        BOOST_TEST(answer.rfind("HTTP/1.1 415", 0) == 0u);
        BOOST_TEST(answer.find("-T FILE") != std::string::npos);
    }
    BOOST_TEST(api.on_node([this] { return api.service().inserts.size(); }) == 1u);
}

BOOST_AUTO_TEST_CASE(the_head_of_a_file_is_told_and_its_bytes_are_not_fetched) {
    const auto key = insert(std::string(3'000'000, 'x'));
    const auto told = speak(head("HEAD /v1/files/" + key) + "\r\n");
    BOOST_TEST(told.rfind("HTTP/1.1 200", 0) == 0u);
    BOOST_TEST(told.find("\r\nContent-Length: 3000000\r\n") != std::string::npos);
    BOOST_TEST(body_of(told).empty());
    const auto jobs = client.call("GET", "/v1/jobs").value();
    const auto get = text_in(jobs.at("jobs").at(0).as_object(), "id");
    BOOST_TEST(text_in(ended(get), "state") != "done");
}

BOOST_AUTO_TEST_CASE(finished_gets_wait_for_their_clients) {
    const std::vector<std::string> contents{"one", "", "three"};
    std::vector<std::string> ids;
    for (const auto& content : contents) ids.push_back(finished_get(insert(content)));
    insert_job({});
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto answer = fetch(ids[i]);
        BOOST_TEST(answer.rfind("HTTP/1.1 200", 0) == 0u);
        BOOST_TEST(body_of(answer) == contents[i]);
    }
    BOOST_TEST(fetch(ids[0]).rfind("HTTP/1.1 403", 0) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(api_limits)

BOOST_AUTO_TEST_CASE(a_finished_get_waits_no_longer_than_the_limit) {
    node::ApiConfig limits;
    limits.attach_limit = Duration::zero();  // over when the get is done
    Fixture f(limits);
    const auto id = f.finished_get(f.insert("abc"));
    BOOST_TEST(f.fetch(id).rfind("HTTP/1.1 403", 0) == 0u);
}

BOOST_AUTO_TEST_CASE(a_job_whose_content_never_comes_ends) {
    node::ApiConfig limits;
    limits.attach_limit = milliseconds(20);
    Fixture f(limits);
    const auto job = f.ended(text_in(f.insert_job({}), "id"));
    BOOST_TEST(text_in(object_in(job, "error"), "code") == "timed out");
}

BOOST_AUTO_TEST_CASE(a_body_that_stands_still_is_given_up) {
    node::ApiConfig limits;
    limits.stall_limit = milliseconds(50);
    Fixture f(limits);
    const auto id = text_in(f.insert_job({}), "id");
    tests::RawHttp http(f.api.port());
    http.send(f.head(concat("PUT /v1/jobs/", id, "/content")) + "Content-Length: 10\r\n\r\nabc");
    const auto job = f.ended(id);
    BOOST_TEST(text_in(object_in(job, "error"), "code") == "timed out");
}

BOOST_AUTO_TEST_SUITE_END()
