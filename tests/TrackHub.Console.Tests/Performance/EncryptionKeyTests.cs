using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.ConsoleApi;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Performance;

public sealed class EncryptionKeyTests
{
    [Fact]
    public async Task The_console_does_not_start_without_the_key_that_keys_are_sealed_under()
    {
        Environment.GetEnvironmentVariable(SecretsOptions.FallbackVariable).ShouldBeNull("the test sets it");
        (await FaultsAsync()).ShouldContain(static fault => fault.Contains("The master key is missing", StringComparison.Ordinal));

        Environment.SetEnvironmentVariable(SecretsOptions.FallbackVariable, "not-a-key-at-all-canary");
        var unusable = await FaultsAsync();
        Environment.SetEnvironmentVariable(SecretsOptions.FallbackVariable, MasterKey.NewText());
        var right = await FaultsAsync();
        Environment.SetEnvironmentVariable(SecretsOptions.FallbackVariable, null);

        unusable.ShouldContain(static fault => fault.Contains("MasterKey", StringComparison.Ordinal));
        unusable.ShouldAllBe(static fault => !fault.Contains("canary", StringComparison.Ordinal));
        right.ShouldBeEmpty();
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync()
    {
        var builder = RoleHost.CreateBuilder(new() { Roles = [ConsoleRole.Name], AdminPort = 0, Arguments = ["--Console:Port=0", "--Postgres:ConnectionString=Host=127.0.0.1;Port=1", "--Kafka:BootstrapServers=127.0.0.1:1"] });
        builder.AddConsole();
        await using var app = builder.Build();
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException fault)
        {
            return [.. fault.Failures];
        }
    }
}
