package io.tokenbroker.problem;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The API's paths and the methods they answer to, for the {@code Allow} of a 405 (RFC 9110 §15.5.6), which REST leaves out. */
@ApplicationScoped
public class AllowedMethods {

    private final List<Operation> operations = new ArrayList<>();

    AllowedMethods(BeanManager beans) {
        beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .map(Bean::getBeanClass)
                .filter(type -> type.isAnnotationPresent(Path.class))
                .forEach(this::addOperations);
    }

    /** As the field's value; HEAD goes with GET, and OPTIONS with any. */
    String at(String path) {
        var methods = new TreeSet<>(Set.of("OPTIONS"));
        operations.stream()
                .filter(operation -> path.matches(operation.template().replaceAll("\\{[^}]+}", "[^/]+")))
                .map(Operation::method)
                .forEach(methods::add);
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return String.join(", ", methods);
    }

    /** Each with names in braces for what varies. */
    public Set<String> paths() {
        return operations.stream().map(Operation::template).collect(Collectors.toSet());
    }

    private void addOperations(Class<?> resource) {
        for (var method : resource.getDeclaredMethods()) {
            var below = method.getAnnotation(Path.class);
            var path = resource.getAnnotation(Path.class).value() + (below == null ? "" : below.value());
            for (var annotation : method.getAnnotations()) {
                var http = annotation.annotationType().getAnnotation(HttpMethod.class);
                if (http != null) {
                    operations.add(new Operation(path, http.value()));
                }
            }
        }
    }

    /** @param template the path, with names in braces for what varies */
    private record Operation(String template, String method) {}
}
