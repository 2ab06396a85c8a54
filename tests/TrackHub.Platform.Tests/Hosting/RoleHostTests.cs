using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Hosting;

public sealed class RoleHostTests
{
    [Fact]
    public async Task The_admin_port_serves_health_readiness_and_metrics_and_nothing_of_the_roles()
    {
        var builder = RoleHost.CreateBuilder(new() { Roles = ["test"], AdminPort = 0 });
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<StreamMetrics>();
        await using var app = builder.Build();
        app.MapGet("/own", static () => "of the role");
        await app.StartAsync();
        app.Services.GetRequiredService<StreamMetrics>().DeadLettered("matcher", "malformed");
        var readiness = app.Services.GetRequiredService<Readiness>();
        readiness.Report("redis", ready: false, "does not answer");
        using var admin = new HttpClient { BaseAddress = RoleHost.AdminAddress(app) };
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        using var own = new HttpClient { BaseAddress = new(addresses.Last()) };

        (await admin.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var notReady = await admin.GetAsync("/ready");
        notReady.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var state = await notReady.Content.ReadFromJsonAsync<JsonElement>();
        state.GetProperty("dependencies").GetProperty("redis").GetProperty("reason").GetString().ShouldBe("does not answer");
        readiness.Report("redis", ready: true);
        (await admin.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await admin.GetStringAsync("/metrics")).ShouldContain("trackhub_dead_letters_total{otel_scope_name=\"TrackHub.Streams\",reason=\"malformed\",stage=\"matcher\"} 1\n");
        (await admin.GetAsync("/own")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await own.GetStringAsync("/own")).ShouldBe("of the role");
        (await own.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_host_counts_its_own_and_goes_on_when_another_of_the_process_ends()
    {
        await using var one = await StartAsync();
        await using (var other = await StartAsync())
            other.Services.GetRequiredService<StreamMetrics>().DeadLettered("matcher", "malformed");
        using var admin = new HttpClient { BaseAddress = RoleHost.AdminAddress(one) };
        await admin.GetStringAsync("/metrics");

        one.Services.GetRequiredService<StreamMetrics>().DeadLettered("matcher", "malformed");

        (await admin.GetStringAsync("/metrics")).ShouldContain("trackhub_dead_letters_total{otel_scope_name=\"TrackHub.Streams\",reason=\"malformed\",stage=\"matcher\"} 1\n");

        static async Task<WebApplication> StartAsync()
        {
            var builder = RoleHost.CreateBuilder(new() { Roles = ["test"], AdminPort = 0 });
            builder.Services.AddSingleton<StreamMetrics>();
            var app = builder.Build();
            await app.StartAsync();
            app.Services.GetRequiredService<StreamMetrics>();
            return app;
        }
    }

    [Fact]
    public async Task A_loop_that_fails_ends_the_process_with_1_and_an_orderly_stop_with_0()
    {
        var failing = RoleHost.CreateBuilder(new() { Roles = ["test"], AdminPort = 0 });
        failing.Services.AddHostedService(static _ => new Loop(_ => Task.FromException(new InvalidOperationException("broken"))));
        (await RoleHost.RunAsync(failing.Build())).ShouldBe(1);

        var stopping = RoleHost.CreateBuilder(new() { Roles = ["test"], AdminPort = 0 });
        stopping.Services.AddHostedService(static services => new Loop(_ =>
        {
            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
            return Task.CompletedTask;
        }));
        (await RoleHost.RunAsync(stopping.Build())).ShouldBe(0);
    }

    [Fact]
    public async Task A_broken_configuration_does_not_start()
    {
        var builder = RoleHost.CreateBuilder(new() { Roles = ["test"], AdminPort = 0, Arguments = ["--Some:Wait=soon"] });
        builder.AddSection<SomeOptions>("Some");
        builder.Services.AddHostedService(static services =>
        {
            _ = services.GetRequiredService<IOptions<SomeOptions>>().Value;
            return new Loop(static _ => Task.CompletedTask);
        });

        (await RoleHost.RunAsync(builder.Build())).ShouldBe(1);
    }

    [Fact]
    public void Every_fault_of_every_section_is_listed_at_once_without_secrets()
    {
        var builder = RoleHost.CreateBuilder(new()
        {
            Roles = ["test"],
            AdminPort = 0,
            Arguments = ["--Some:Wait=soon", "--Some:Count=9", "--Some:Token=abc", "--Other:Count=x"],
        });
        builder.AddSection<SomeOptions>("Some");
        builder.AddSection<SomeOptions>("Some");
        builder.AddSection<OtherOptions>("Other");
        using var app = (IDisposable)builder.Build();

        var failure = Should.Throw<AggregateException>(() => ((WebApplication)app).Services.GetRequiredService<IStartupValidator>().Validate());

        failure.InnerExceptions.Cast<OptionsValidationException>().SelectMany(static exception => exception.Failures).ShouldBe(
        [
            "Some:Wait = 'soon': must be a duration, such as 00:00:05; set TRACKHUB_Some__Wait or --Some:Wait=…",
            "Some:Count = '9': The field Count must be between 1 and 5; set TRACKHUB_Some__Count or --Some:Count=…",
            "Some:Name is not set: The Name field is required; set TRACKHUB_Some__Name or --Some:Name=…",
            "Some:Token = '***': The field Token must be a string or array type with a minimum length of '5'; set TRACKHUB_Some__Token or --Some:Token=…",
            "Other:Count = 'x': must be a whole number; set TRACKHUB_Other__Count or --Other:Count=…",
        ],
        ignoreOrder: true);
    }

    [Fact]
    public void Good_values_are_bound_and_defaults_kept()
    {
        var builder = RoleHost.CreateBuilder(new() { Roles = ["test"], AdminPort = 0, Arguments = ["--Some:Wait=00:00:09", "--Some:Name=n"] });
        builder.AddSection<SomeOptions>("Some");
        using var app = (IDisposable)builder.Build();

        var options = ((WebApplication)app).Services.GetRequiredService<IOptions<SomeOptions>>().Value;
        (options.Wait, options.Name, options.Count).ShouldBe((TimeSpan.FromSeconds(9), "n", 3));
    }

    private sealed class Loop(Func<CancellationToken, Task> turn) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            await turn(stoppingToken);
        }
    }

    private sealed class SomeOptions
    {
        public TimeSpan Wait { get; set; }

        [Range(1, 5)]
        public int Count { get; set; } = 3;

        [Required]
        public string? Name { get; set; }

        [MinLength(5)]
        public string Token { get; set; } = "12345";
    }

    private sealed class OtherOptions
    {
        public int Count { get; set; }
    }
}
