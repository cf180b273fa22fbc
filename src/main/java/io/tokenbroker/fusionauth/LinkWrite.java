package io.tokenbroker.fusionauth;

import java.util.Set;

/** How the writing of a link ended. What is in doubt is settled by reading the link again. */
public sealed interface LinkWrite {

    record Written(Link link) implements LinkWrite {}

    /**
     * FusionAuth refused: a duplicate, a limit, an unknown pending link. Which of them is not documented well enough to
     * trust the codes alone.
     *
     * @param codes the error codes, such as {@code [LinkCountExceeded]}; may be empty
     */
    record Refused(Set<String> codes) implements LinkWrite {

        public Refused {
            codes = Set.copyOf(codes);
        }

        public boolean says(String code) {
            return codes.stream().anyMatch(known -> known.startsWith(code));
        }
    }

    /** It may have been written or not. */
    record InDoubt() implements LinkWrite {}
}
