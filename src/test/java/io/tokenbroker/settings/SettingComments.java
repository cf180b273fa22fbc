package io.tokenbroker.settings;

import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.TextTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** The comments of the settings' interfaces and methods, in the order of the sources, read by the JDK's own compiler. */
final class SettingComments {

    private static final Path SOURCES = Path.of("src/main/java/io/tokenbroker/settings");

    /** By simple name; the members by theirs, in order. */
    private final Map<String, Map<String, String>> membersOf = new LinkedHashMap<>();

    private final Map<String, String> types = new LinkedHashMap<>();

    private SettingComments() {}

    static SettingComments read() throws IOException {
        var comments = new SettingComments();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            var task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources()));
            var trees = DocTrees.instance(task);
            for (var unit : task.parse()) {
                comments.new Reader(trees).scan(unit, null);
            }
        }
        return comments;
    }

    /** The methods of an interface, in order, those that it inherits last. */
    List<String> methods(Class<?> type) {
        return Stream.concat(
                        membersOf.getOrDefault(type.getSimpleName(), Map.of()).keySet().stream(),
                        Stream.of(type.getInterfaces()).flatMap(inherited -> methods(inherited).stream()))
                .toList();
    }

    /** What an interface is for; empty if it has no comment. */
    Optional<String> of(Class<?> type) {
        return Optional.ofNullable(types.get(type.getSimpleName())).filter(comment -> !comment.isEmpty());
    }

    /** What a setting means; empty if it has no comment. */
    String of(Setting setting) {
        var method = setting.method();
        return membersOf
                .getOrDefault(method.getDeclaringClass().getSimpleName(), Map.of())
                .getOrDefault(method.getName(), "");
    }

    private static List<Path> sources() throws IOException {
        try (var files = Files.list(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    private final class Reader extends TreePathScanner<@Nullable Void, @Nullable Void> {

        private final DocTrees trees;
        private final List<String> enclosing = new ArrayList<>();

        Reader(DocTrees trees) {
            this.trees = trees;
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
            enclosing.add(type.getSimpleName().toString());
            types.put(enclosing.getLast(), comment(getCurrentPath()));
            super.visitClass(type, null);
            enclosing.removeLast();
            return null;
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
            membersOf
                    .computeIfAbsent(enclosing.getLast(), type -> new LinkedHashMap<>())
                    .put(method.getName().toString(), comment(getCurrentPath()));
            return null;
        }

        private String comment(TreePath path) {
            var comment = trees.getDocCommentTree(path);
            return comment == null
                    ? ""
                    : comment.getFullBody().stream()
                            .map(SettingComments::markdown)
                            .collect(Collectors.joining())
                            .replaceAll("\\s+", " ")
                            .strip();
        }
    }

    private static String markdown(DocTree part) {
        return switch (part) {
            case TextTree text -> text.getBody();
            case LiteralTree code -> "`" + code.getBody().getBody() + "`";
            case LinkTree link -> "`" + link.getReference().getSignature() + "`";
            case EntityTree entity ->
                throw new IllegalArgumentException("Write the character itself instead of " + entity);
            default -> throw new IllegalArgumentException("No Markdown is known for " + part);
        };
    }
}
