using System.CommandLine;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Administering;

/// <summary>Options of those who may come in: people and machines alike.</summary>
internal static class AccountOptions
{
    /// <summary>Option <c>--tenant</c>.</summary>
    public static Option<string> Tenant() => new("--tenant") { Description = "Whose pages, by name or id.", Required = true, HelpName = "TENANT" };

    /// <summary>Option <c>--role</c>.</summary>
    public static Option<string> Role()
    {
        var role = new Option<string>("--role")
        {
            Description = "viewer looks; operator also acts on what is there; admin also changes settings and keys.",
            DefaultValueFactory = static _ => "viewer",
            HelpName = string.Join('|', AccessRoles.Names),
        };
        role.AcceptOnlyFromAmong([.. AccessRoles.Names]);
        return role;
    }
}
