using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Cli.Supervising;
using TrackHub.Platform.Hosting;

namespace TrackHub.Cli.Running;

/// <summary><c>run ROLE…</c>: hosts roles in this process, against configured endpoints.</summary>
internal static class RunCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var roles = new Argument<string[]>("role") { Description = "Roles to host: " + string.Join(", ", RoleNames.All) + ".", Arity = ArgumentArity.OneOrMore };
        roles.AcceptOnlyFromAmong([.. RoleNames.All]);
        var command = new Command("run", "Hosts roles in this process, against configured endpoints.") { roles };
        command.SetAction((call, _) => RunAsync([.. call.GetRequiredValue(roles).Distinct(StringComparer.Ordinal)], call));
        return command;
    }

    private static async Task<int> RunAsync(string[] roles, ParseResult call)
    {
        var (data, ports) = (call.MachineData(), call.Ports());
        var configuration = SystemConfiguration.Read(data, ports, call.Configured());
        var builder = RoleHost.CreateBuilder(new RoleSettings
        {
            Roles = roles,
            AdminPort = configuration.Given("Admin:Port") is { } port ? ReadPort(port) : AdminPort(roles, ports),
            AdminAddress = configuration.Given("Admin:Host") ?? "127.0.0.1",
            Arguments = [.. call.Configured().Select(static pair => "--" + pair)],
        });
        configuration.AddMachineTo(builder.Configuration);

        // First, so that it watches while the others start.
        builder.Services.AddHostedService<InputWatch>();
        foreach (var role in roles)
        {
            if (role is RoleNames.Broker) builder.AddBroker(data, configuration);
            else if (role is RoleNames.Simulator) builder.AddSimulator(data, ports);
            else Roles.Add(builder, role);
        }

        var app = builder.Build();
        foreach (var role in roles) Roles.Map(app, role);
        return await RoleHost.RunAsync(app);
    }

    /// <summary>The first role's admin port; the simulator answers health on its own port and takes a free one here.</summary>
    private static int AdminPort(string[] roles, Ports ports) =>
        roles.FirstOrDefault(static r => r is not RoleNames.Simulator) is { } role ? ports.Admin(role) : 0;

    private static int ReadPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535
            ? port
            : throw new CommandException($"Admin:Port = '{text}': a port from 0 to 65535, 0 for a free one; set TRACKHUB_Admin__Port or --Admin:Port=…");
}
