#include "tests/repo/source_tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace catacomb::testing {
namespace fs = std::filesystem;
namespace {

const fs::path kRoot = CATACOMB_SOURCE_DIR;

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::string from_root(const fs::path& path) {
    return path.lexically_normal().lexically_relative(kRoot).generic_string();
}

std::vector<fs::path> files_below(const std::string& floor) {
    std::vector<fs::path> out;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / floor))
        if (entry.is_regular_file()) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<Include> includes_of(const std::string& text) {
    std::vector<Include> out;
    std::istringstream lines(text);
    std::string line;
    for (unsigned number = 1; std::getline(lines, line); ++number) {
        if (!line.starts_with("#include ")) continue;
        const bool quoted = line[9] == '"';
        const auto end = line.find(quoted ? '"' : '>', 10);
        out.push_back({line.substr(10, end - 10), quoted, number});
    }
    return out;
}

SourceFile load(const fs::path& path) {
    SourceFile out;
    out.path = from_root(path);
    out.text = read(path);
    out.code = code_only(out.text);
    out.includes = includes_of(out.text);
    return out;
}

// The end of a literal that opens at `from` with `quote`: the index of its closing quote.
std::size_t literal_end(const std::string& text, std::size_t from, char quote) {
    for (auto i = from + 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == quote || text[i] == '\n')
            return i;
    }
    return text.size();
}

std::size_t raw_literal_end(const std::string& text, std::size_t from) {
    const auto open = text.find('(', from);
    const auto close = text.find(")" + text.substr(from + 1, open - from - 1) + "\"", open);
    return close == std::string::npos ? text.size() : close + (open - from);
}

std::vector<std::string> cmake_words(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '(' || c == ')' || c == '"'; }, ' ');
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

bool is_for_people(const fs::path& path) {
    const std::set<std::string> kinds{"", ".md", ".hpp", ".cpp", ".py", ".txt", ".proto", ".json", ".patch"};
    const auto from = from_root(path);
    return kinds.contains(path.extension().string()) && !from.starts_with("tests/fuzz/corpus/") &&
           !from.starts_with("tests/vectors/") && from.find("__pycache__") == std::string::npos;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

}  // namespace

std::string SourceFile::at(std::size_t offset) const {
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
    return path + ":" + std::to_string(line);
}

const std::vector<std::string>& floors() {
    static const std::vector<std::string> kFloors{"base", "crypto", "storage", "routing",
                                                  "node", "tools",  "tests"};
    return kFloors;
}

const std::vector<SourceFile>& sources() {
    static const auto all = [] {
        std::vector<SourceFile> out;
        for (const auto& floor : floors())
            for (const auto& path : files_below(floor))
                if (path.extension() == ".hpp" || path.extension() == ".cpp") out.push_back(load(path));
        return out;
    }();
    return all;
}

const std::vector<Document>& documents() {
    static const auto all = [] {
        std::vector<fs::path> paths;
        for (const auto& folder : top_level_folders())
            for (const auto& path : files_below(folder)) paths.push_back(path);
        for (const auto& entry : fs::directory_iterator(kRoot))
            if (entry.is_regular_file()) paths.push_back(entry.path());
        std::vector<Document> out;
        for (const auto& path : paths)
            if (is_for_people(path)) out.push_back({from_root(path), read(path)});
        return out;
    }();
    return all;
}

std::string code_only(const std::string& text) {
    std::string out = text;
    const auto blank = [&](std::size_t from, std::size_t to) {
        for (auto i = from; i < std::min(to, out.size()); ++i)
            if (out[i] != '\n') out[i] = ' ';
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto end = i;
        if (text.compare(i, 2, "//") == 0) {
            end = std::min(text.find('\n', i), text.size());
            blank(i, end);
        } else if (text.compare(i, 2, "/*") == 0) {
            end = std::min(text.find("*/", i), text.size() - 2) + 1;
            blank(i, end + 1);
        } else if (text[i] == '"' || (text[i] == '\'' && (i == 0 || !is_word(text[i - 1])))) {
            const bool raw = text[i] == '"' && i > 0 && text[i - 1] == 'R';
            end = raw ? raw_literal_end(text, i) : literal_end(text, i, text[i]);
            blank(i + 1, end);
        }
        i = end;
    }
    return out;
}

std::set<std::string> listed_in_cmake() {
    const std::string root = "${CMAKE_SOURCE_DIR}/";
    std::set<std::string> out;
    for (const auto& floor : floors()) {
        for (const auto& path : files_below(floor)) {
            if (path.filename() != "CMakeLists.txt") continue;
            for (auto word : cmake_words(read(path))) {
                if (!word.ends_with(".cpp")) continue;
                word =
                    word.starts_with(root) ? word.substr(root.size()) : from_root(path.parent_path() / word);
                if (const auto variable = word.find("${"); variable != std::string::npos)
                    word.replace(variable, word.find('}', variable) + 1 - variable, "*");
                out.insert(word);
            }
        }
    }
    return out;
}

bool is_listed(const std::string& path, const std::set<std::string>& listed) {
    if (listed.contains(path)) return true;
    return std::any_of(listed.begin(), listed.end(), [&](const std::string& pattern) {
        const auto star = pattern.find('*');
        return star != std::string::npos && path.starts_with(pattern.substr(0, star)) &&
               path.ends_with(pattern.substr(star + 1));
    });
}

std::set<std::string> top_level_folders() {
    std::set<std::string> ignored{".git"}, out;
    std::istringstream lines(read(kRoot / ".gitignore"));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with('/') && line.ends_with('/')) ignored.insert(line.substr(1, line.size() - 2));
    for (const auto& entry : fs::directory_iterator(kRoot)) {
        const auto name = entry.path().filename().string();
        if (entry.is_directory() && !name.starts_with('.') && !ignored.contains(name)) out.insert(name);
    }
    return out;
}

}  // namespace catacomb::testing
