using System.CommandLine;
using System.Globalization;
using TrackHub.Platform.Replaying;

namespace TrackHub.Cli.Replaying;

/// <summary><c>--rate N</c>: at most so many a second, 1 to <see cref="ReplayDesk.MaxRate"/>; null if it was not given.</summary>
internal sealed class RateOption : Option<int?>
{
    /// <param name="description">Of what, and the default.</param>
    public RateOption(string description)
        : base("--rate")
    {
        (Description, HelpName) = (description, "N");

        // By its text: an option that was not given has no value yet when validators are asked.
        Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1
                && (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is < 1 or > ReplayDesk.MaxRate))
                result.AddError($"--rate takes a whole number from 1 to {ReplayDesk.MaxRate}.");
        });
    }
}
