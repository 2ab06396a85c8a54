using TrackHub.Cli.Running;
using TrackHub.Cli.Testing;

namespace TrackHub.Cli.Tests.Running;

public sealed class RoleRuntimeTests
{
    [Theory]
    [InlineData("broker", 2)]
    [InlineData("matcher", 2)]
    [InlineData("dispatcher", 1)]
    [InlineData("simulator", 1)]
    [InlineData("metrics", 1)]
    [InlineData("ingest", 1)]
    [InlineData("console", 0)]
    public async Task The_launcher_gives_a_role_alone_what_the_supervisor_gives_it(string role, int variables)
    {
        var launcher = await File.ReadAllTextAsync(Path.Combine(Clone.Root(), "trackhub"));

        RoleRuntime.Of(role).Count.ShouldBe(variables);
        var after = launcher.IndexOf($"\"run {role}\"", StringComparison.Ordinal);
        foreach (var (name, value) in RoleRuntime.Of(role))
            launcher[after..].ShouldContain($"{name}=\"${{{name}-{value}}}\"");
    }
}
