package io.tokenbroker.docs;

import java.nio.file.Path;

/**
 * A fenced code block of a document.
 *
 * @param line where its text begins
 * @param language the first word after the fence
 * @param held the other words, which say how the block is held
 */
public record CodeBlock(Path page, int line, String language, String held, String text) {

    /** Whether a shell runs it. */
    public boolean isRun() {
        return language.equals("sh") && !isExcerpt();
    }

    /** Whether it is what the block before it prints. */
    public boolean isOutput() {
        return held.equals("output");
    }

    public boolean isExcerpt() {
        return held.equals("excerpt");
    }

    @Override
    public String toString() {
        return page + ":" + line;
    }
}
