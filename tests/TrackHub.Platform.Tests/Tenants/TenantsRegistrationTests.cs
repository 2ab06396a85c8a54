using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Tests.Tenants;

public sealed class TenantsRegistrationTests
{
    [Fact]
    public void Everything_a_role_needs_is_registered_once_however_often_it_asks()
    {
        using var host = Build(("Postgres:ConnectionString", "Host=127.0.0.1;Database=none"), ("Secrets:MasterKey", MasterKey.NewText()));

        host.Services.GetRequiredService<PersonSealer>().ShouldNotBeNull();
        host.Services.GetRequiredService<TenantAdmin>().ShouldNotBeNull();
        host.Services.GetRequiredService<Migrator>().ShouldNotBeNull();
        host.Services.GetServices<IHostedService>().Count(static service => service is DirectoryRefresher or DaySecretKeeper).ShouldBe(2);
    }

    [Fact]
    public void Bad_master_key_is_a_fault_that_does_not_show_it()
    {
        using var host = Build(("Postgres:ConnectionString", "Host=127.0.0.1;Database=none"), ("Secrets:MasterKey", "hunter2hunter2"));

        var fault = Should.Throw<OptionsValidationException>(() => host.Services.GetRequiredService<MasterKeys>());

        fault.Message.ShouldContain("Secrets:MasterKey");
        fault.Message.ShouldContain("openssl rand -base64 32");
        fault.Message.ShouldNotContain("hunter2");
    }

    private static IHost Build(params (string Key, string Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        foreach (var (key, value) in configuration)
            builder.Configuration[key] = value;
        builder.Services.AddLogging();
        builder.AddTenantDirectory();
        builder.AddTenantDirectory();
        builder.AddTenantAdmin();
        builder.AddDaySecretKeeper();
        return builder.Build();
    }
}
