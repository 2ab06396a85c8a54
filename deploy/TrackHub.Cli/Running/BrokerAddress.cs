using System.Globalization;

namespace TrackHub.Cli.Running;

/// <summary>Where this machine's broker listens: where section <c>LocalKafka</c> says, else on the ports counted from the port base.</summary>
/// <param name="Host">Address for the processes of this machine.</param>
/// <param name="Kafka">Port of the Kafka protocol there.</param>
/// <param name="Registry">Port of the schema registry there.</param>
/// <param name="NetworkKafka">Port of the Kafka protocol for other machines, if they have a way in.</param>
/// <param name="NetworkRegistry">Port of the schema registry for other machines, if they have a way in.</param>
internal sealed record BrokerAddress(string Host, int Kafka, int Registry, int NetworkKafka, int NetworkRegistry)
{
    /// <summary>Host and port of the broker as clients take them.</summary>
    public string BootstrapServers => $"{HostInAddresses}:{Kafka}";

    /// <summary>Base address of the schema registry.</summary>
    public string RegistryUrl => $"http://{HostInAddresses}:{Registry}";

    private string HostInAddresses => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;

    /// <summary>Reads it. What is no number is left to the broker, which names the fault.</summary>
    /// <param name="given">What files, environment and command line say of a key, or null.</param>
    /// <param name="ports">What counts where they say nothing.</param>
    public static BrokerAddress Read(Func<string, string?> given, Ports ports)
    {
        return new(
            given("LocalKafka:Host") ?? "127.0.0.1",
            Port("LocalKafka:Port", ports.Kafka),
            Port("LocalKafka:RegistryPort", ports.Registry),
            Port("LocalKafka:Network:Port", ports.NetworkKafka),
            Port("LocalKafka:Network:RegistryPort", ports.NetworkRegistry));

        int Port(string key, int counted) =>
            int.TryParse(given(key), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : counted;
    }

    /// <summary>Refuses ports that the system would choose: nobody else on the machine would know them.</summary>
    /// <exception cref="CommandException">A port is 0.</exception>
    public void EnsureKnown()
    {
        if (Kafka == 0 || Registry == 0)
            throw new CommandException("LocalKafka:Port or LocalKafka:RegistryPort is 0, a free port that the other services would not know; give a number, or leave it to --port-base.");
    }
}
