package io.tokenbroker.support;

import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.spi.json.JacksonJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import io.restassured.response.ResponseBodyExtractionOptions;
import java.util.List;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import org.hamcrest.TypeSafeDiagnosingMatcher;

/** Reads JSON answers by JSONPath (RFC 9535). REST Assured's own paths compile a program at each use. */
@SuppressWarnings("TypeParameterUnusedInFormals") // what is there is what a test expects, or it fails
public final class Json {

    private static final Configuration JACKSON = Configuration.builder()
            .jsonProvider(new JacksonJsonProvider())
            .mappingProvider(new JacksonMappingProvider())
            .options(Option.SUPPRESS_EXCEPTIONS)
            .build();

    private static final String FILTER = "[?(";

    private Json() {}

    /** What is there: a value, all that {@code [*]} finds, or the first that a filter finds, which must find one. */
    public static <T> T at(ResponseBodyExtractionOptions answer, String path) {
        return at(answer.asString(), path);
    }

    private static <T> T at(String json, String path) {
        if (!path.contains(FILTER)) {
            return JsonPath.using(JACKSON).parse(json).read(path);
        }
        List<T> found = JsonPath.using(JACKSON).parse(json).read(path);
        return found.getFirst();
    }

    /** Matches a body by what is there. */
    public static Matcher<String> json(String path, Matcher<?> value) {
        return new TypeSafeDiagnosingMatcher<>() {
            @Override
            protected boolean matchesSafely(String body, Description mismatch) {
                Object found = at(body, path);
                if (value.matches(found)) {
                    return true;
                }
                value.describeMismatch(found, mismatch.appendText(path + " "));
                return false;
            }

            @Override
            public void describeTo(Description description) {
                description.appendText(path + " ").appendDescriptionOf(value);
            }
        };
    }
}
