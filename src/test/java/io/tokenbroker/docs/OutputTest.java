package io.tokenbroker.docs;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A document that shows something else than is printed is found out. */
class OutputTest {

    private static final Output PRINTED = new Output("""
            2 accounts due
            {"status":"linked","account":{"id":"acc_1","reason":null},"scopes":["a","b"],"expires_in":3599,"new":true}
            Done: 2 renewed, 0 failed
            """);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            json | {"status":"linked","account":{"id":"acc_…","reason":null},"scopes":["…","b"],"expires_in":1,"new":true}
            json | {"new":true,"scopes":["a","b"],"expires_in":3599,"account":{"reason":null,"id":"…"},"status":"…"}
            text | Done: … renewed, 0 failed
            """)
    void whatIsPrintedMayBeShown(String language, String shown) {
        assertThatCode(() -> PRINTED.assertIs(block(language, shown), shown)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            json | {"status":"pending","account":{"id":"…","reason":null},"scopes":["a","b"],"expires_in":1,"new":true}
            json | {"status":"linked","account":{"id":"…"},"scopes":["a","b"],"expires_in":1,"new":true}
            json | {"status":"linked","account":{"id":"…","reason":"…"},"scopes":["a","b"],"expires_in":1,"new":true}
            json | {"status":"linked","account":{"id":"…","reason":null},"scopes":["a"],"expires_in":1,"new":true}
            json | {"status":"linked","account":{"id":"…","reason":null},"scopes":["a","b"],"expires_in":"…","new":true}
            json | {"status":"linked","account":{"id":"…","reason":null},"scopes":["a","b"],"expires_in":1,"new":false}
            text | Done: … renewed, 1 failed
            """)
    void anythingElseIsFoundOut(String language, String shown) {
        assertThatThrownBy(() -> PRINTED.assertIs(block(language, shown), shown))
                .isInstanceOf(AssertionError.class);
    }

    private static CodeBlock block(String language, String shown) {
        return new CodeBlock(Path.of("page.md"), 1, language, "output", shown);
    }
}
