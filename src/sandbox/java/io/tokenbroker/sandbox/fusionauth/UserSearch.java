package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * {@code POST /api/user/search}: {@code *} or one term, in pages. A server has one of two engines. The database's counts
 * rows and knows no more; Elasticsearch's sees no further than ten thousand rows, but says where the next page begins.
 */
final class UserSearch {

    static final String PATH = FusionAuthUserApi.PATH + "/search";

    private static final int WINDOW = 10_000;
    private static final Set<String> SORTABLE =
            Set.of("birthDate", "email", "fullName", "id", "insertInstant", "lastLoginInstant", "tenantId", "username");

    private final State state;

    UserSearch(State state) {
        this.state = state;
    }

    Reply answer(Request request) {
        var caller = state.access.authorize(request, PATH);
        if (!request.method().equals("POST")) {
            return Reply.empty(405);
        }
        var search = request.json().path("search");
        var wanted = Json.text(search, "queryString");
        if (wanted.isEmpty()) {
            return Errors.general(400, "[invalid]");
        }
        var fields = sortFields(search);
        if (!SORTABLE.containsAll(fields)) {
            return Errors.field(400, "invalid", "search.sortFields");
        }
        var found = state.users.all().stream()
                .filter(user ->
                        caller.namedTenant().map(user.tenantId()::equals).orElse(true))
                .filter(matches(wanted.get()))
                .sorted(order(fields))
                .toList();
        return state.switches.get(Unknown.SearchEngine.class) == Unknown.SearchEngine.DATABASE
                ? byRow(search, found)
                : byCursor(search, found);
    }

    private static Reply byRow(JsonNode search, List<User> found) {
        return shown(page(found, search.path("startRow").asInt(), size(search)), found.size(), Optional.empty());
    }

    private static Reply byCursor(JsonNode search, List<User> found) {
        var cursor = Json.text(search, "nextResults");
        var row = cursor.map(UserSearch::rowAfter)
                .orElseGet(() -> search.path("startRow").asInt());
        if (cursor.isEmpty() && row + size(search) > WINDOW) {
            return Errors.general(400, "[SearchEngineException]");
        }
        var page = page(found, row, size(search));
        var next = Optional.of(page).filter(users -> !users.isEmpty()).map(users -> cursor(row + users.size()));
        return shown(page, Math.min(found.size(), WINDOW), next);
    }

    private static Reply shown(List<User> users, int total, Optional<String> next) {
        var body = Json.object();
        var array = body.putArray("users");
        users.forEach(user -> array.add(user.json()));
        body.put("total", total).putArray("expandable");
        next.ifPresent(cursor -> body.put("nextResults", cursor));
        return Reply.json(200, body);
    }

    private static List<User> page(List<User> found, int row, int size) {
        return found.stream().skip(row).limit(size).toList();
    }

    private static int size(JsonNode search) {
        return search.path("numberOfResults").asInt(25);
    }

    private static List<String> sortFields(JsonNode search) {
        return StreamSupport.stream(search.path("sortFields").spliterator(), false)
                .map(field -> field.path("name").asText())
                .toList();
    }

    private static Comparator<User> order(List<String> fields) {
        return fields.stream()
                .map(field -> Comparator.comparing(
                        (User user) -> user.json().path(field).asText()))
                .reduce(Comparator::thenComparing)
                .orElse(Comparator.comparing((User user) -> user.email().orElse("")));
    }

    private static Predicate<User> matches(String wanted) {
        return user -> wanted.equals("*")
                || user.email().filter(wanted::equalsIgnoreCase).isPresent()
                || user.username().filter(wanted::equalsIgnoreCase).isPresent();
    }

    /** Opaque to clients. */
    private static String cursor(int row) {
        return Base64.getEncoder().encodeToString(("after " + row).getBytes(StandardCharsets.UTF_8));
    }

    private static int rowAfter(String cursor) {
        var text = new String(Base64.getDecoder().decode(cursor), StandardCharsets.UTF_8);
        return Integer.parseInt(text.substring("after ".length()));
    }
}
