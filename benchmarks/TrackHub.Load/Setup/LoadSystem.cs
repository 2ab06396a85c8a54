using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli;
using TrackHub.Cli.Supervising;
using TrackHub.Load.Http;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Setup;

/// <summary>The running system that load is put on, found as every command finds it.</summary>
/// <param name="Ingress">Address of the ingress.</param>
/// <param name="Simulator">Address of the simulator.</param>
/// <param name="Kafka">Bootstrap servers.</param>
internal sealed record LoadSystem(Uri Ingress, Uri Simulator, string Kafka)
{
    private static readonly TimeSpan KnownLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>The system of a call.</summary>
    /// <exception cref="CommandException">None runs there, or it talks to Meta itself.</exception>
    public static LoadSystem Of(ParseResult call)
    {
        var (data, ports) = (call.MachineData(), call.Ports());
        var configuration = SystemConfiguration.Read(data, ports, call.Configured());
        if (configuration.Given("Kafka:BootstrapServers") is null && data.ReadState() is not { Ready: true })
            throw new CommandException($"No system is ready on {data.Root}: start `trackhub up --detach` first, or name its directory by --data.");
        if (configuration.Given("Meta:BaseUrl") is { } meta)
            throw new CommandException($"Meta:BaseUrl is {meta}: load is only put on a system that talks to the simulator.");

        return new(
            new($"http://127.0.0.1:{ports.Ingress}"),
            new($"http://127.0.0.1:{ports.Simulator}"),
            configuration.Given("Kafka:BootstrapServers") ?? configuration.Broker.BootstrapServers);
    }

    /// <summary>Makes a brand and waits until the ingress knows it.</summary>
    /// <exception cref="CommandException">It does not within half a minute.</exception>
    public async Task<LoadBrand> CreateBrandAsync(ParseResult call, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var host = PlatformServices.Create(call);
        var brand = await LoadBrand.CreateAsync(host.Services.GetRequiredService<TenantAdmin>(), cancellationToken);
        await using var ingress = new HttpTarget(Ingress, new TrackRequests(brand), connections: 1);
        var started = clock.GetTimestamp();
        while (await ingress.SendAsync(number: 0, cancellationToken) is { } failure)
        {
            if (clock.GetElapsedTime(started) > KnownLimit)
                throw new CommandException($"The ingress at {Ingress} does not take a click of the new brand ({failure}): `trackhub status` says what runs.");
            await Task.Delay(AskAgain, clock, cancellationToken);
        }

        return brand;
    }
}
