(function () {
  "use strict";
  var template = JSON.parse(document.getElementById("plotly-template").textContent);
  var charts = Array.prototype.slice.call(document.querySelectorAll(".chart"));
  var config = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false };

  // Plotly's script stands in the page as plain text, so that a phone shows the words before it reads 5 MB of script.
  function load() {
    var source = document.getElementById("plotly-source");
    if (!window.Plotly && source) {
      var script = document.createElement("script");
      script.textContent = source.textContent;
      document.head.appendChild(script);
      source.remove();
    }
  }

  function draw(chart) {
    if (chart.dataset.drawn) { return; }
    load();
    chart.dataset.drawn = "yes";
    var figure = JSON.parse(document.getElementById(chart.id.replace("chart-", "spec-")).textContent);
    figure.layout.template = template;
    figure.layout.width = chart.clientWidth;
    figure.layout.height = chart.clientHeight;
    adapt(figure.layout, chart.clientWidth);
    shorten(figure.data, chart.clientWidth);
    window.Plotly.newPlot(chart, figure.data, figure.layout, config);
  }

  // Every day of hours, or every month, does not fit side by side on a phone or in three columns of a page.
  function adapt(layout, width) {
    var ticks = layout.xaxis && layout.xaxis.tickvals;
    if (ticks && width < 520) {
      layout.xaxis.tickvals = ticks.filter(function (value) { return value % 72 === 0 || value === 24; });
    }
    var room = layout.yaxis && layout.yaxis.type === "category" ? width - 140 : width;  // names of rows take theirs
    if (layout.xaxis && layout.xaxis.dtick === "M1" && room < 260) { layout.xaxis.dtick = "M2"; }
    if (layout.xaxis && layout.xaxis.nticks && width < 260) { layout.xaxis.nticks = 3; }
  }

  // Bars carry what fits on them on a desk; on a phone and on paper they carry less.
  function shorten(traces, width) {
    traces.forEach(function (trace) {
      if (trace.meta && width < trace.meta.wide_from) { trace.text = trace.meta.narrow; }
    });
  }

  function fit() {
    charts.forEach(function (chart) {
      if (chart.dataset.drawn && chart.clientWidth && Math.abs(chart.clientWidth - chart._fullLayout.width) > 1) {
        // Drawn anew, not resized: a flow diagram would glide to its new width while the paper is already printed.
        window.Plotly.purge(chart);
        delete chart.dataset.drawn;
        draw(chart);
      }
    });
  }

  // In view first, the others when the browser has nothing better to do, so that printing finds all of them.
  function drawRest() {
    var next = charts.find(function (chart) { return !chart.dataset.drawn; });
    if (!next) { return; }
    draw(next);
    whenIdle(drawRest);
  }

  function whenIdle(task) {
    if (window.requestIdleCallback) { window.requestIdleCallback(task, { timeout: 2000 }); } else { setTimeout(task, 100); }
  }

  function paper(isPaper) {
    document.body.classList.toggle("printing", isPaper);
    if (isPaper) { charts.forEach(draw); }
    fit();
  }

  var seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
    });
  }, { rootMargin: "300px" });
  charts.forEach(function (chart) { seen.observe(chart); });
  window.addEventListener("load", function () { whenIdle(drawRest); });

  var waiting;
  window.addEventListener("resize", function () { clearTimeout(waiting); waiting = setTimeout(fit, 120); });
  window.addEventListener("beforeprint", function () { paper(true); });
  window.addEventListener("afterprint", function () { paper(false); });
}());
