using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Cli.Explaining;
using TrackHub.Cli.Supervising;
using TrackHub.Dispatch;
using TrackHub.Ingest.Redriving;
using TrackHub.Ledger;
using TrackHub.Metrics;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Books;
using TrackHub.Platform.Quality;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli;

/// <summary>The platform inside a command: configured as a role would be, but nothing of it runs by itself.</summary>
internal static class PlatformServices
{
    /// <summary>Everything a command may ask for: migrator, tenant administration, topics, books, match quality, lanes. What is not asked for is not made.</summary>
    public static IHost Create(SystemConfiguration configuration, IReadOnlyList<string> configured)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        SystemConfiguration.AddGivenTo(builder.Configuration, configured);
        configuration.AddMachineTo(builder.Configuration);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.AddTenantAdmin();
        builder.AddBookAudit();
        builder.Services.AddSingleton<QualityHistory>();
        builder.AddWebhookRedrive();
        builder.AddLaneDesk();
        builder.AddReplayDesk();
        builder.AddLedgerDesk();
        builder.AddMetricsDesk();
        builder.Services.AddSingleton<ReceiptReader>();
        builder.Services.AddSingleton<IntegrationStore>();
        return builder.Build();
    }

    /// <summary>The same for a call, its configuration checked.</summary>
    public static IHost Create(ParseResult call)
    {
        var host = Create(SystemConfiguration.Read(call.MachineData(), call.Ports(), call.Configured()), call.Configured());
        host.Services.GetService<IStartupValidator>()?.Validate();
        return host;
    }
}
