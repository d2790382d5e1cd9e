using System.Net;
using System.Text.Json;
using Brink.Theory.Sweeps;

namespace Brink.Server.Tests.Theory;

/// <summary>What can be asked, and what is refused.</summary>
public sealed class TheoryRequestTests(TheoryServer server) : IClassFixture<TheoryServer>
{
    [Fact]
    public async Task The_catalogue_names_every_model_with_sliders_that_hold_their_defaults()
    {
        JsonElement catalogue = await server.GetAsync("/api/theory");
        JsonElement[] models = [.. catalogue.GetProperty("models").EnumerateArray()];
        Assert.Equal(SweptModel.All.Select(model => model.Name), models.Select(model => model.GetProperty("name").GetString()!));
        foreach ((SweptModel model, JsonElement answer) in SweptModel.All.Zip(models))
        {
            JsonElement[] parameters = [.. answer.GetProperty("parameters").EnumerateArray()];
            Assert.Equal(model.Parameters.Select(parameter => parameter.Name), parameters.Select(parameter => parameter.GetProperty("name").GetString()!));
            foreach ((SweptParameter parameter, JsonElement slider) in model.Parameters.Zip(parameters))
            {
                double low = slider.GetProperty("low").GetDouble();
                double high = slider.GetProperty("high").GetDouble();
                Assert.Equal(parameter.Default, slider.GetProperty("default").GetDouble());
                Assert.True(low < high);
                Assert.InRange(parameter.Default, low, high);
                Assert.True(!parameter.Logarithmic || low > 0);
                parameter.Check(low);
                parameter.Check(high);
            }

            foreach (string axis in new[] { "x", "y" })
            {
                Assert.Contains(answer.GetProperty(axis).GetProperty("parameter").GetString()!, model.Parameters.Select(parameter => parameter.Name));
            }

            // Every model can be followed and swept as it comes.
            await server.GetAsync($"/api/theory/trajectory?model={model.Name}&iterations=20");
            await server.GetAsync($"/api/theory/phase?model={model.Name}&x_count=4&y_count=3&steps=50");
        }
    }

    [Theory]
    [InlineData("trajectory", "", "model", "one model is needed: minimalist, scalar, squared-regression, linear")]
    [InlineData("trajectory", "model=scaler", "model", "unknown theory model 'scaler': did you mean 'scalar'?")]
    [InlineData("trajectory", "model=scalar&model=linear", "model", "one model is needed")]
    [InlineData("trajectory", "model=scalar&eto=1", "eto", "did you mean 'eta'?")]
    [InlineData("trajectory", "model=scalar&alpha=1", "alpha", "unknown parameter of a request for scalar 'alpha'")]
    [InlineData("trajectory", "model=scalar&eta=1&eta=2", "eta", "eta is given 2 times; give it once")]
    [InlineData("trajectory", "model=scalar&eta=x", "eta", "eta is 'x'; it must be a number")]
    [InlineData("trajectory", "model=scalar&eta=", "eta", "eta is ''; it must be a number")]
    [InlineData("trajectory", "model=scalar&eta=NaN", "eta", "eta is 'NaN'; it must be a number")]
    [InlineData("trajectory", "model=scalar&eta=1e999", "eta", "eta is '1e999'; it must be a number")]
    [InlineData("trajectory", "model=scalar&eta=-1", "eta", "eta is -1; it must be a number of at least 0")]
    [InlineData("trajectory", "model=scalar&depth=2.5", "depth", "depth is 2.5; it must be a whole number of at least 1 and at most 64")]
    [InlineData("trajectory", "model=minimalist&lambda1=0", "lambda1", "lambda1 is 0; it must be a number above 0")]
    [InlineData("trajectory", "model=scalar&iterations=100001", "iterations", "iterations is 100001; it must be a whole number from 0 to 100000")]
    [InlineData("trajectory", "model=scalar&iterations=-1", "iterations", "from 0 to 100000")]
    [InlineData("trajectory", "model=scalar&depth=64&iterations=100000", "iterations", "with 64 variables at most")]
    [InlineData("trajectory", "model=scalar&points=1e9", "points", "points is 1e9; it must be a whole number from 10 to 4000")]
    [InlineData("trajectory", "model=scalar&portrait=plain", "portrait", "unknown portrait 'plain': did you mean 'plane'?")]
    [InlineData("trajectory", "model=scalar&depth=1&portrait=plane", "portrait", "unknown portrait 'plane': known are edge")]
    [InlineData("phase", "model=scalar&x_count=513", "x_count", "x_count is 513; it must be a whole number from 2 to 512")]
    [InlineData("phase", "model=scalar&steps=100001", "steps", "steps is 100001; it must be a whole number from 0 to 100000")]
    [InlineData("phase", "model=scalar&x_count=512&y_count=512&steps=100000", "steps", "times what is computed for a page; ask for fewer cells or steps")]
    [InlineData("phase", "model=scalar&x=etta", "x", "unknown parameter of scalar 'etta': did you mean 'eta'?")]
    [InlineData("phase", "model=scalar&x=ratio&y=ratio", null, "both axes are ratio; a diagram needs two different parameters")]
    [InlineData("phase", "model=linear&x=depth&y=width", null, "depth and width are both whole numbers")]
    [InlineData("phase", "model=scalar&x_low=2&x_high=1", "x_low", "eta runs from 2 to 1; the first must be below the second")]
    [InlineData("phase", "model=scalar&x_low=-1", "x_low", "eta is -1; it must be a number of at least 0")]
    [InlineData("phase", "model=scalar&x_low=0&x_log=true", "x_low", "and positive on a logarithmic axis")]
    [InlineData("phase", "model=scalar&x_log=yes", "x_log", "x_log is 'yes'; it must be true or false")]
    [InlineData("phase", "model=scalar&iterations=3", "iterations", "unknown parameter of a request for scalar 'iterations'")]
    public async Task What_cannot_be_answered_is_refused_in_one_line(string path, string query, string? field, string message)
    {
        (HttpStatusCode status, JsonElement answer) = await server.AskAsync($"/api/theory/{path}?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        string error = answer.GetProperty("error").GetString()!;
        Assert.Contains(message, error);
        Assert.DoesNotContain('\n', error);
        Assert.Equal(field, answer.TryGetProperty("field", out JsonElement named) ? named.GetString() : null);
    }
}
