package io.tokenbroker.problem;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The methods that each path answers to, for the {@code Allow} of a 405 (RFC 9110 §15.5.6), which REST leaves out. */
@ApplicationScoped
class AllowedMethods {

    private final List<Operation> operations;

    AllowedMethods(BeanManager beans) {
        operations = beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .map(Bean::getBeanClass)
                .filter(type -> type.isAnnotationPresent(Path.class))
                .flatMap(AllowedMethods::operations)
                .toList();
    }

    /** As the field's value; HEAD goes with GET, and OPTIONS with any. */
    String at(String path) {
        var methods = new TreeSet<>(Set.of("OPTIONS"));
        operations.stream()
                .filter(operation -> operation.path().matcher(path).matches())
                .map(Operation::method)
                .forEach(methods::add);
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return String.join(", ", methods);
    }

    private static Stream<Operation> operations(Class<?> resource) {
        return Arrays.stream(resource.getDeclaredMethods())
                .flatMap(method -> httpMethod(method).map(http -> new Operation(pattern(resource, method), http)));
    }

    private static Stream<String> httpMethod(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .flatMap(Stream::ofNullable)
                .map(HttpMethod::value);
    }

    private static Pattern pattern(Class<?> resource, Method method) {
        var path = resource.getAnnotation(Path.class).value()
                + Optional.ofNullable(method.getAnnotation(Path.class))
                        .map(Path::value)
                        .orElse("");
        return Pattern.compile(path.replaceAll("\\{[^}]+}", "[^/]+"));
    }

    private record Operation(Pattern path, String method) {}
}
