using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using TrackHub.Cli.Running;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Platform.Hosting;

namespace TrackHub.Cli.Tests.Configuration;

/// <summary><c>.env.example</c> against the options that roles bind: no setting without a line, no line without a setting, no wrong default.</summary>
public sealed partial class EnvExampleTests
{
    // What is read past the options: by the launcher, the command line and RoleHost; the last two by the console's setup once there is one.
    private static readonly string[] NotOptions = ["TRACKHUB_NO_BOOTSTRAP", "TRACKHUB_TEST_FULL", "TRACKHUB_TEST_KAFKA", "TRACKHUB_TEST_REGISTRY", "TRACKHUB_Admin__Host", "TRACKHUB_Admin__Port", "TRACKHUB_Log__Level", "PERFORMANCE_ENCRYPTION_KEY", "CF_BASE_DOMAIN", "GTM_ACCOUNT_ID"];

    [Fact]
    public void Every_setting_has_its_line_with_its_default() =>
        Documented().Where(static line => !NotOptions.Contains(line.Key)).Select(static line => $"{line.Key}={line.Value}").Order(StringComparer.Ordinal)
            .ShouldBe(Settings().Select(static setting => $"{setting.Key}={setting.Value}").Order(StringComparer.Ordinal));

    private static Dictionary<string, string> Documented() =>
        Line().Matches(File.ReadAllText(Path.Combine(Root(), ".env.example"))).ToDictionary(static m => m.Groups["key"].Value, static m => m.Groups["value"].Value, StringComparer.Ordinal);

    private static Dictionary<string, string> Settings()
    {
        var builder = RoleHost.CreateBuilder(new() { Roles = ["test"], AdminPort = 0 });
        foreach (var role in RoleNames.All.Except([RoleNames.Broker, RoleNames.Simulator])) Roles.Add(builder, role);

        var settings = Of("LocalKafka", typeof(LocalKafkaOptions)).ToDictionary(StringComparer.Ordinal);
        foreach (var service in builder.Services.Where(static s => s.ImplementationInstance is not null && s.ServiceType.IsGenericType && s.ServiceType.GetGenericTypeDefinition() == typeof(IConfigureOptions<>)
            && s.ServiceType.GenericTypeArguments[0].Namespace!.StartsWith("TrackHub.", StringComparison.Ordinal)))
        {
            var bound = service.ImplementationInstance!;
            var section = bound.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Select(field => field.GetValue(bound)).OfType<IConfigurationSection>().FirstOrDefault();
            if (section is null) continue;
            foreach (var (key, value) in Of(section.Path, service.ServiceType.GenericTypeArguments[0])) settings[key] = value;
        }

        return settings;
    }

    private static IEnumerable<KeyValuePair<string, string>> Of(string section, Type options)
    {
        var defaults = Activator.CreateInstance(options, nonPublic: true);
        return options.GetProperties().Where(static property => property.CanWrite).SelectMany(property =>
        {
            var key = $"{section}__{property.Name}";
            return IsSection(property.PropertyType)
                ? Of(key, property.PropertyType)
                : [KeyValuePair.Create($"TRACKHUB_{key}{(property.PropertyType.IsAssignableTo(typeof(IDictionary)) ? "__name" : "")}", Text(property.GetValue(defaults)))];
        });
    }

    private static bool IsSection(Type type) => type.IsClass && type.Namespace!.StartsWith("TrackHub.", StringComparison.Ordinal);

    private static string Text(object? value) => value switch
    {
        IDictionary => "",
        TimeSpan time => time.Ticks % TimeSpan.TicksPerSecond == 0 ? time.ToString("c") : time.ToString("c").TrimEnd('0'),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "TrackHub.sln"))) directory = directory.Parent!;
        return directory.FullName;
    }

    [GeneratedRegex("^#?(?<key>[A-Z]+_[A-Za-z_0-9]+)=(?<value>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
