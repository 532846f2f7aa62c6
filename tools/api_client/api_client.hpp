// ApiClient: a blocking client of a node's local API (docs/spec/api.md). One connection, one thread; a second
// conversation at the same time takes a second client. It owns its connection and re-opens it when the node
// closed it.
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace catacomb::cli {

class ApiClient {
public:
    // Longer than a node that lives is silent, unless it is asked to wait.
    static constexpr Duration kAnswerLimit = seconds(15);
    // By the Unix socket, or by api.port and api.token (NodeAddress). Code::unreachable, with how to start
    // one, when no node runs there.
    static Result<ApiClient> open(std::filesystem::path data_dir, Duration limit = kAnswerLimit);
    void set_limit(Duration limit);
    // A second conversation with the same node.
    ApiClient another(Duration limit) const;
    ApiClient(ApiClient&&) noexcept;
    ~ApiClient();

    // One request with a JSON answer. The node's own error where it answers with one; Code::unreachable,
    // timed_out (no answer within `limit`) or malformed otherwise.
    Result<boost::json::object> call(std::string_view method, const std::string& target,
                                     const boost::json::object& body = {});

    // The next bytes to send into `into`; 0: the end.
    using Reader = std::function<Result<std::size_t>(MutableBytes into)>;
    // PUT `target` with a body of `size` bytes, or of unknown length.
    Result<boost::json::object> upload(const std::string& target, std::optional<std::uint64_t> size,
                                       const Reader& from);

    struct FileHead {
        std::string name;
        std::uint64_t size = 0;
    };
    using OnHead = std::function<Result<>(const FileHead&)>;
    using OnBytes = std::function<Result<>(ByteView)>;
    // GET `target`, a file. An error of the callbacks ends it and is returned. Code::unreachable when less
    // came than was announced: the job knows why.
    Result<> download(const std::string& target, const OnHead& on_head, const OnBytes& on_bytes);

private:
    class Impl;
    explicit ApiClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// {"code", "message"} as the API writes it.
Error error_from_json(const boost::json::object& failure);

}  // namespace catacomb::cli
