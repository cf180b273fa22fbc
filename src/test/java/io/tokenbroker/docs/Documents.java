package io.tokenbroker.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The documents of this repository, and what is in them. */
public final class Documents {

    private static final Pattern FENCE = Pattern.compile("( *)```(\\S*) *(.*)");
    private static final Pattern INLINE_CODE = Pattern.compile("`([^`]+)`");
    private static final String MARK = "<!-- excerpt -->";

    private Documents() {}

    /** All pages, in the order of their names. */
    public static List<Path> pages() {
        return Stream.of(
                        Stream.of(
                                Path.of("README.md"),
                                Path.of("CONTRIBUTING.md"),
                                Path.of("SECURITY.md"),
                                Path.of("CHANGELOG.md")),
                        markdown(Path.of("deploy")),
                        markdown(Path.of("docs")),
                        markdown(Path.of("examples")))
                .flatMap(pages -> pages)
                .toList();
    }

    /** The pages that tell how things are, and not how they were. */
    static List<Path> presentPages() {
        return pages().stream()
                .filter(page -> !page.startsWith("docs/adr") && !page.endsWith("CHANGELOG.md"))
                .toList();
    }

    public static List<CodeBlock> blocks(Path page) {
        var blocks = new ArrayList<CodeBlock>();
        var lines = lines(page);
        for (var number = 0; number < lines.size(); number++) {
            var fence = FENCE.matcher(lines.get(number));
            if (fence.matches()) {
                var end = end(lines, number + 1);
                var text = lines.subList(number + 1, end).stream()
                        .map(line -> line.substring(Math.min(line.length(), fence.end(1))))
                        .toList();
                var marked = number > 0 && lines.get(number - 1).strip().equals(MARK);
                blocks.add(new CodeBlock(
                        page,
                        number + 2,
                        fence.group(2),
                        marked ? "excerpt" : fence.group(3).strip(),
                        String.join("\n", text)));
                number = end;
            }
        }
        return blocks;
    }

    /** What stands between backquotes outside of the code blocks. */
    static List<String> inlineCode(Path page) {
        return INLINE_CODE
                .matcher(prose(page))
                .results()
                .map(code -> code.group(1).replaceAll("\\s+", " "))
                .toList();
    }

    /** The page without its code blocks. */
    static String prose(Path page) {
        var prose = new ArrayList<>(lines(page));
        blocks(page).forEach(block -> {
            var from = block.line() - 2;
            var to = block.line() + (int) block.text().lines().count();
            prose.subList(from, to).replaceAll(line -> "");
        });
        return String.join("\n", prose);
    }

    private static int end(List<String> lines, int from) {
        for (var number = from; number < lines.size(); number++) {
            if (lines.get(number).strip().equals("```")) {
                return number;
            }
        }
        throw new IllegalStateException("A code block is never closed: " + lines.get(from - 1));
    }

    private static List<String> lines(Path page) {
        try {
            return Files.readAllLines(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> markdown(Path folder) {
        try (var files = Files.walk(folder, 2)) {
            return files.filter(file -> file.toString().endsWith(".md")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
